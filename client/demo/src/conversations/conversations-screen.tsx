import { useEffect, useState } from 'react'
import { useConversations } from '../../../src/react.ts'
import { useSession } from '../session/session.ts'
import { Alert } from '../ui/alert.tsx'
import { Icon } from '../ui/icon.tsx'
import { ConversationRows } from './conversation-rows.tsx'
import { useReturnFocus } from './use-return-focus.ts'

interface ConversationsScreenProps {
  focusOn: string
  onOpen(id: string): void
  onArchive(): void
  onNewChat(): void
}

export function ConversationsScreen({ focusOn, onOpen, onArchive, onNewChat }: ConversationsScreenProps) {
  const { client } = useSession()
  const { conversations, archived, hasMore, isLoading, error } = useConversations(client)
  const [alert, setAlert] = useState('')
  const screen = useReturnFocus<HTMLDivElement>(focusOn)
  useEffect(() => void client.conversations.list.loadArchived().catch(() => {}), [client])
  const isEmpty = conversations.length === 0

  return (
    <div className="screen" ref={screen}>
      <header className="app-header">
        <h2 className="app-title app-title-large">Chats</h2>
        <button
          type="button"
          className="icon-button icon-button-accent"
          aria-label="New chat"
          data-focus="new-chat"
          onClick={onNewChat}
        >
          <Icon name="newChat" />
        </button>
      </header>
      <div className="scroll">
        <Alert text={alert} onClose={() => setAlert('')} />
        {isEmpty && isLoading && <p className="notice-line">Loading …</p>}
        {isEmpty && !isLoading && (
          <div className="notice">
            <h3>{error ? 'Not loaded yet' : 'No conversations yet'}</h3>
            <p>{error ? error.message : 'Start one; it takes two to chat.'}</p>
            {!error && (
              <button type="button" className="button" onClick={onNewChat}>
                Start a chat
              </button>
            )}
          </div>
        )}
        <ConversationRows
          label="Conversations"
          conversations={conversations}
          onOpen={onOpen}
          onError={setAlert}
        />
        {hasMore && (
          <button
            type="button"
            className="button button-quiet more"
            disabled={isLoading}
            onClick={() => void client.conversations.list.loadMore().catch(() => {})}
          >
            Show more
          </button>
        )}
        {archived.length > 0 && (
          <button type="button" className="archive-link" data-focus="archive" onClick={onArchive}>
            <Icon name="archive" size={18} />
            Archived
            <span className="archive-count">{archived.length}</span>
            <Icon name="chevronRight" size={16} />
          </button>
        )}
      </div>
    </div>
  )
}
