/** Events by name; a listener that throws does not keep others from hearing. */
export declare function createEmitter<Events extends object>(): {
    /** Returns how to unsubscribe. */
    on<Name extends keyof Events>(name: Name, listener: (data: Events[Name]) => void): () => void;
    emit<Name extends keyof Events>(name: Name, data: Events[Name]): void;
};
