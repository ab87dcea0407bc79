import { Fragment, useMemo } from 'react'
import type { ChatMessage } from '../../../src/types.ts'
import { dayOf, formatDay } from '../ui/format.ts'
import { Bubble } from './bubble.tsx'
import type { BubbleActions } from './bubble-actions.ts'

const GROUP_GAP_MS = 5 * 60_000

interface MessageRowsProps {
  messages: readonly ChatMessage[]
  start: number
  myId: number
  otherName: string
  actions: BubbleActions
}

export function MessageRows({ messages, start, myId, otherName, actions }: MessageRowsProps) {
  const find = useMemo(() => createFind(messages), [messages])
  const authorOf = (message: ChatMessage | undefined) => (message?.senderId === myId ? 'You' : otherName)

  return messages.slice(start).map((message, offset) => {
    const before = messages[start + offset - 1]
    const after = messages[start + offset + 1]
    const isNewDay = !before || dayOf(before.createdAt) !== dayOf(message.createdAt)
    const quoted = message.replyToId ? find(message.replyToId) : undefined
    return (
      <Fragment key={message.id}>
        {isNewDay && (
          <p className="day">
            <span>{formatDay(message.createdAt)}</span>
          </p>
        )}
        <Bubble
          message={message}
          isMine={message.senderId === myId}
          author={authorOf(message)}
          isGroupStart={isNewDay || !isOneGroup(before, message)}
          isGroupEnd={!after || !isOneGroup(message, after)}
          quoted={quoted}
          quotedAuthor={authorOf(quoted)}
          actions={actions}
        />
      </Fragment>
    )
  })
}

/** Most screens hold no reply: the index is made when one asks. */
function createFind(messages: readonly ChatMessage[]) {
  let byId: Map<string, ChatMessage> | undefined
  return (id: string) => {
    byId ??= new Map(messages.map(message => [message.id, message]))
    return byId.get(id)
  }
}

function isOneGroup(a: ChatMessage, b: ChatMessage): boolean {
  return a.senderId === b.senderId && Date.parse(b.createdAt) - Date.parse(a.createdAt) < GROUP_GAP_MS
}
