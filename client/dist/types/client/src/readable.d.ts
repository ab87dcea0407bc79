import type { Readable } from './types.ts';
export interface Source<Value> extends Readable<Value> {
    /** The value is out of date. Listeners hear of the first change at once, of those that follow together. */
    changed(): void;
    hasListeners(): boolean;
}
/** A value that is built when it is asked for, and again when it has changed. */
export declare function createSource<Value>(build: () => Value): Source<Value>;
