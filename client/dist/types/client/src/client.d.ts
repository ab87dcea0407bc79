import type { ChatClient } from './chat-client.ts';
import type { ChatClientOptions } from './types.ts';
export declare function createChatClient(options: ChatClientOptions): ChatClient;
