/** The other side forgets after some seconds, so a typing that goes on is told again, but no more often than needed. */
const REPEAT_MS = 3_000

export function createTyping(send: (action: string, data: unknown) => boolean) {
  const toldAt = new Map<string, number>()
  /** Sent only while a socket is open: a typing that comes late says nothing. */
  return (conversationId: string, isTyping: boolean): void => {
    const last = toldAt.get(conversationId)
    if (isTyping ? last !== undefined && Date.now() - last < REPEAT_MS : last === undefined) return
    if (!send('typing', { conversationId, isTyping })) return
    if (isTyping) toldAt.set(conversationId, Date.now())
    else toldAt.delete(conversationId)
  }
}
