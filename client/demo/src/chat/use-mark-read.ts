import { useEffect } from 'react'
import type { ChatMessage } from '../../../src/types.ts'
import { useSession } from '../session/session.ts'
import { usePageVisible } from '../ui/use-media-query.ts'
import { findNewest } from './find-newest.ts'

/** What is looked at is read. */
export function useMarkRead(id: string, messages: readonly ChatMessage[], isShown: boolean): void {
  const { client, user } = useSession()
  const isVisible = usePageVisible() && isShown
  const newest = findNewest(messages, user.id)
  const unreadSeq = newest && newest.status !== 'read' ? newest.seq : null
  useEffect(() => {
    if (isVisible && unreadSeq !== null) client.markRead(id, unreadSeq)
  }, [client, id, isVisible, unreadSeq])
}
