import { useEffect, useState } from 'react'
import { useSession } from '../session/session.ts'

const SHOWN_MS = 6_000

/** The conversations somebody types in right now. */
export function useTypingIds(): ReadonlySet<string> {
  const { client } = useSession()
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  useEffect(() => {
    const timers = new Map<string, ReturnType<typeof setTimeout>>()
    function stop(id: string): void {
      clearTimeout(timers.get(id))
      if (timers.delete(id)) setIds(new Set(timers.keys()))
    }
    const stopTyping = client.on('typing', ({ conversationId, userId, isTyping }) => {
      if (userId === client.userId) return
      stop(conversationId)
      if (!isTyping) return
      timers.set(
        conversationId,
        setTimeout(() => stop(conversationId), SHOWN_MS),
      )
      setIds(new Set(timers.keys()))
    })
    const stopMessages = client.on('message', ({ conversationId, senderId }) => {
      if (senderId !== client.userId) stop(conversationId)
    })
    return () => {
      stopTyping()
      stopMessages()
      for (const timer of timers.values()) clearTimeout(timer)
    }
  }, [client])
  return ids
}
