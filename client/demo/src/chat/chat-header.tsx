import { useConversations } from '../../../src/react.ts'
import type { ChatUser } from '../../../src/types.ts'
import { nameOf } from '../demo-settings.ts'
import { ConnectionLine } from '../phone/connection-line.tsx'
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
        {isTyping ? <p className="connection is-typing">typing …</p> : <ConnectionLine />}
      </div>
    </ScreenHeader>
  )
}
