import type { Tokens } from './tokens.ts';
import type { UploadedFile, UploadOptions, UploadSource } from './types.ts';
/** Uploads a file of at most 50 MB; its `url` is the `mediaUrl` of a message. */
export type Upload = (file: UploadSource, options?: UploadOptions) => Promise<UploadedFile>;
export declare function createUpload(apiUrl: string, tokens: Tokens, fetchIt: typeof fetch): Upload;
