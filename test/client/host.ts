/** What only the side of the servers can do for a scenario. Plain data in and out, so that a page in a browser can ask too. */
export interface Host {
  /** Where the stack is. */
  addresses(): Promise<{ apiUrl: string; wsUrl: string; mediaUrl: string }>
  /** Ids of users whom no other test knows. */
  createUsers(count: number): Promise<number[]>
  /** The id of nobody, yet. */
  reserveUser(): Promise<number>
  addUser(id: number): Promise<void>
  /** A token that ends in so many seconds, or ended before. */
  signToken(userId: number, lifetimeSeconds: number): Promise<string>
  /** As the kernel would; its supervisor starts it again. */
  killGateway(): Promise<void>
  /** What the database holds, by seq. */
  readMessages(conversationId: string): Promise<StoredMessage[]>
  /** How long a file is, as anybody may read it. */
  countBytes(url: string): Promise<number>
  report(line: string): Promise<void>
}

export interface StoredMessage {
  id: string
  seq: number
  senderId: number
  text: string | null
}
