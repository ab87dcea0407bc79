export type { ChatClient, ChatEvents } from './chat-client.ts';
export { ChatError, type ChatErrorCode } from './chat-error.ts';
export { createChatClient } from './client.ts';
export type { ConversationList } from './conversation-list.ts';
export type { ConversationStore } from './conversation-store.ts';
export { createMemoryStorage, createWebStorage } from './storage.ts';
export type * from './types.ts';
