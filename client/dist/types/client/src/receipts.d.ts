/** Delivered and read receipts: gathered, one request for all up to a seq, and kept until the server has them. */
import type { Api } from './api.ts';
export type ReceiptKind = 'read' | 'delivered';
export interface Receipts {
    /** All messages up to this seq are read, or have reached the device. */
    mark(kind: ReceiptKind, conversationId: string, upToSeq: number): void;
    wake(): void;
    close(): void;
}
export declare function createReceipts(api: Api): Receipts;
