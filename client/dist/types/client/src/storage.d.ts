import type { ChatStorage } from './types.ts';
/** Forgets everything with the app. */
export declare function createMemoryStorage(): ChatStorage;
/** `localStorage` in the shape of AsyncStorage. */
export declare function createWebStorage(storage?: Storage): ChatStorage;
