export declare function createTyping(send: (action: string, data: unknown) => boolean): (conversationId: string, isTyping: boolean) => void;
