/** A UUIDv7: time-ordered, as PostgreSQL's index likes it. */
export declare function newId(now?: number): string;
/** The user that a JWT names in `sub`, else `user_id`; undefined for what is no such token. */
export declare function readUserId(token: string): number | undefined;
