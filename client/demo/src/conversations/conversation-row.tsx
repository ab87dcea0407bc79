import { memo } from 'react'
import type { Conversation } from '../../../src/types.ts'
import { Ticks } from '../chat/ticks.tsx'
import { nameOf } from '../demo-settings.ts'
import { Avatar } from '../ui/avatar.tsx'
import { formatMoment } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Preview } from './preview.tsx'

interface ConversationRowProps {
  conversation: Conversation
  isTyping: boolean
  onOpen(id: string): void
  onMenu(conversation: Conversation, anchor: HTMLElement): void
}

export const ConversationRow = memo(function ConversationRow({
  conversation,
  isTyping,
  onOpen,
  onMenu,
}: ConversationRowProps) {
  const { id, otherUser, lastMessage, lastMessageAt, unreadCount, pinned, muted } = conversation
  const isMine = lastMessage !== null && lastMessage.senderId !== otherUser.id
  return (
    <li className="row" data-unread={unreadCount > 0} data-muted={muted}>
      <button type="button" className="row-open" data-focus={id} onClick={() => onOpen(id)}>
        <Avatar user={otherUser} />
        <span className="row-text">
          <span className="row-line">
            <span className="row-name">{nameOf(otherUser)}</span>
            {muted && (
              <span className="row-mark" role="img" aria-label="Muted">
                <Icon name="bellOff" size={14} />
              </span>
            )}
            {lastMessageAt && <time dateTime={lastMessageAt}>{formatMoment(lastMessageAt)}</time>}
          </span>
          <span className="row-line">
            <span className="row-preview">
              {isTyping ? (
                <span className="row-typing">typing …</span>
              ) : lastMessage ? (
                <>
                  {isMine && <Ticks status={lastMessage.status} />}
                  <Preview message={lastMessage} />
                </>
              ) : (
                'No messages yet'
              )}
            </span>
            {pinned && (
              <span className="row-mark" role="img" aria-label="Pinned">
                <Icon name="pin" size={14} />
              </span>
            )}
            {unreadCount > 0 && (
              <span className="badge" role="img" aria-label={`${unreadCount} unread`}>
                {unreadCount > 999 ? '999+' : unreadCount}
              </span>
            )}
          </span>
        </span>
      </button>
      <button
        type="button"
        className="icon-button row-menu"
        aria-label={`Actions for ${nameOf(otherUser)}`}
        aria-haspopup="menu"
        onClick={event => onMenu(conversation, event.currentTarget)}
      >
        <Icon name="more" />
      </button>
    </li>
  )
})
