import { useConversations } from '../../../src/react.ts'
import type { ChatUser } from '../../../src/types.ts'
import { nameOf } from '../demo-settings.ts'
import { useSession } from '../session/session.ts'
import { Avatar } from '../ui/avatar.tsx'
import { ScreenHeader } from '../ui/screen-header.tsx'

interface ChatHeaderProps {
  id: string
  other: ChatUser | undefined
  isTyping: boolean
  onBack(): void
}

export function ChatHeader({ id, other, isTyping, onBack }: ChatHeaderProps) {
  const { client } = useSession()
  const { conversations } = useConversations(client)
  const elsewhere = conversations.reduce((sum, one) => sum + (one.id === id ? 0 : one.unreadCount), 0)
  return (
    <ScreenHeader
      onBack={onBack}
      backLabel={elsewhere > 0 ? `Back, ${elsewhere} unread elsewhere` : 'Back to the conversations'}
      count={elsewhere}
    >
      {other && <Avatar user={other} size="small" />}
      <div className="app-title">
        <h2>{other ? nameOf(other) : 'Loading …'}</h2>
        <p className="app-subtitle" data-typing={isTyping}>
          {isTyping ? 'typing …' : other?.username && `@${other.username}`}
        </p>
      </div>
    </ScreenHeader>
  )
}
