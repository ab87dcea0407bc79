import { memo } from 'react'
import type { ChatMessage } from '../../../src/types.ts'
import { formatTime } from '../ui/format.ts'
import type { BubbleActions } from './bubble-actions.ts'
import { FailedLine } from './failed-line.tsx'
import { Media } from './media.tsx'
import { Quote } from './quote.tsx'
import { Ticks } from './ticks.tsx'

export interface BubbleProps {
  message: ChatMessage
  isMine: boolean
  author: string
  isGroupStart: boolean
  isGroupEnd: boolean
  quoted: ChatMessage | undefined
  quotedAuthor: string
  actions: BubbleActions
}

export const Bubble = memo(BubbleView, (before, after) => {
  const [old, now] = [before.message, after.message]
  return (
    old.id === now.id &&
    old.version === now.version &&
    old.mediaUrl === now.mediaUrl &&
    old.status === now.status &&
    old.failure === now.failure &&
    before.isGroupStart === after.isGroupStart &&
    before.isGroupEnd === after.isGroupEnd &&
    before.quoted?.id === after.quoted?.id &&
    before.author === after.author
  )
})

function BubbleView({ message, isMine, author, isGroupStart, isGroupEnd, ...props }: BubbleProps) {
  const { id, textContent, contentType, createdAt, status, replyToId } = message
  const { quoted, quotedAuthor, actions } = props
  const isBare = contentType === 'text' && !replyToId && isOnlyEmoji(textContent ?? '')
  return (
    <div
      className="message"
      data-message-id={id}
      data-mine={isMine}
      data-start={isGroupStart}
      data-end={isGroupEnd}
      data-status={status}
      tabIndex={-1}
    >
      <div className="message-line">
        <div
          className={isBare ? 'bubble bubble-emoji' : 'bubble'}
          data-type={contentType}
          data-bare={contentType === 'image' && !textContent}
        >
          <span className="hidden-text">{author}: </span>
          {replyToId && (
            <button
              type="button"
              className="quote-button"
              aria-label={quoted ? `In reply to ${quotedAuthor}, show it` : 'Show the earlier message'}
              onClick={() => actions.jumpTo(replyToId)}
            >
              <Quote author={quotedAuthor} message={quoted} />
            </button>
          )}
          <Media message={message} refresh={actions.refreshMedia} />
          {textContent && (
            <span className="text" dir="auto">
              {textContent}
            </span>
          )}
          <span className="meta">
            <time dateTime={createdAt}>{formatTime(createdAt)}</time>
            {isMine && <Ticks status={status} />}
          </span>
        </div>
        <button
          type="button"
          className="message-menu"
          tabIndex={-1}
          aria-label="Message actions"
          aria-haspopup="menu"
          onClick={event => actions.showMenu(message, event.currentTarget)}
        />
      </div>
      {message.failure && <FailedLine message={message} failure={message.failure} actions={actions} />}
    </div>
  )
}

function isOnlyEmoji(text: string): boolean {
  return text.length <= 24 && /^(?:\p{RGI_Emoji}\s?){1,3}$/v.test(text)
}
