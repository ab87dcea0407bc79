import { useEffect, useState } from 'react'
import { useConversations } from '../../../src/react.ts'
import { ChatScreen } from '../chat/chat-screen.tsx'
import { ArchiveScreen } from '../conversations/archive-screen.tsx'
import { ConversationsScreen } from '../conversations/conversations-screen.tsx'
import { NewChatScreen } from '../conversations/new-chat-screen.tsx'
import { type Demo, type DemoUser, nameOf } from '../demo-settings.ts'
import { createNetwork } from '../session/network.ts'
import { SessionProvider, useNewSession, useSession } from '../session/session.ts'
import { PhoneControls } from './phone-controls.tsx'
import { StatusBar } from './status-bar.tsx'
import { TokenForm } from './token-form.tsx'

interface PhoneProps {
  id: string
  demo: Demo
  user: DemoUser
  /** Off on a small page where the other phone is looked at. */
  isShown: boolean
  onUser(id: number): void
  /** Has to be the same function at each render. */
  onUnread(phone: string, count: number): void
}

export function Phone({ id, demo, user, isShown, onUser, onUnread }: PhoneProps) {
  const [network] = useState(createNetwork)
  const [pasted, setPasted] = useState<Record<number, string>>({})
  const session = useNewSession({ phone: id, user, demo, network, pastedToken: pasted[user.id] })
  const needsToken = !user.token && !pasted[user.id]

  return (
    <section
      className="phone"
      aria-label={`Phone of ${nameOf(user)}`}
      data-testid={`phone-${id}`}
      hidden={!isShown}
    >
      <PhoneControls
        user={user}
        users={demo.users}
        network={network}
        waiting={session?.waiting}
        onUser={onUser}
      />
      <div className="phone-body">
        <div className="phone-screen">
          {needsToken && (
            <TokenForm user={user} onToken={token => setPasted({ ...pasted, [user.id]: token })} />
          )}
          {session && (
            <SessionProvider value={session} key={session.user.id}>
              <StatusBar />
              <UnreadCount id={id} onUnread={onUnread} />
              <Screens demo={demo} isShown={isShown} />
            </SessionProvider>
          )}
        </div>
      </div>
    </section>
  )
}

/** Draws nothing, so that a count that changes draws nothing else again. */
function UnreadCount({ id, onUnread }: Pick<PhoneProps, 'id' | 'onUnread'>) {
  const { client } = useSession()
  const { unreadCount } = useConversations(client)
  useEffect(() => onUnread(id, unreadCount), [onUnread, id, unreadCount])
  return null
}

type Place = { at: 'list' | 'archive' | 'new-chat' } | { at: 'chat'; id: string; isArchived: boolean }

function Screens({ demo, isShown }: Pick<PhoneProps, 'demo' | 'isShown'>) {
  const [place, setPlace] = useState<Place>({ at: 'list' })
  /** What the focus returns to: the row of this conversation, or the button with this name. */
  const [cameFrom, setCameFrom] = useState('')

  function go(next: Place, from: string): void {
    setPlace(next)
    setCameFrom(from)
  }
  const open = (chat: string, isArchived = false) => go({ at: 'chat', id: chat, isArchived }, chat)

  switch (place.at) {
    case 'chat': {
      const back = place.isArchived ? 'archive' : 'list'
      return (
        <ChatScreen
          key={place.id}
          id={place.id}
          isShown={isShown}
          onBack={() => go({ at: back }, place.id)}
        />
      )
    }
    case 'archive':
      return (
        <ArchiveScreen
          focusOn={cameFrom}
          onOpen={chat => open(chat, true)}
          onBack={() => go({ at: 'list' }, 'archive')}
        />
      )
    case 'new-chat':
      return <NewChatScreen users={demo.users} onOpen={open} onBack={() => go({ at: 'list' }, 'new-chat')} />
    case 'list':
      return (
        <ConversationsScreen
          focusOn={cameFrom}
          onOpen={open}
          onArchive={() => go({ at: 'archive' }, '')}
          onNewChat={() => go({ at: 'new-chat' }, '')}
        />
      )
  }
}
