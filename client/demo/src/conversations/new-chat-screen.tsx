import { useState } from 'react'
import { type DemoUser, nameOf } from '../demo-settings.ts'
import { useSession } from '../session/session.ts'
import { Alert } from '../ui/alert.tsx'
import { Avatar } from '../ui/avatar.tsx'
import { ScreenHeader } from '../ui/screen-header.tsx'
import { useReturnFocus } from './use-return-focus.ts'

interface NewChatScreenProps {
  users: DemoUser[]
  onOpen(id: string): void
  onBack(): void
}

export function NewChatScreen({ users, onOpen, onBack }: NewChatScreenProps) {
  const { client, user } = useSession()
  const [alert, setAlert] = useState('')
  const [opening, setOpening] = useState(0)
  const others = users.filter(({ id }) => id !== user.id)
  const screen = useReturnFocus<HTMLDivElement>(String(others[0]?.id ?? 'none'))

  async function open(id: number): Promise<void> {
    setOpening(id)
    setAlert('')
    try {
      const conversation = await client.conversations.open(id)
      onOpen(conversation.id)
    } catch (error) {
      setOpening(0)
      setAlert(error instanceof Error ? error.message : String(error))
    }
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to whatever is focused inside
    <div className="screen" ref={screen} onKeyDown={({ key }) => key === 'Escape' && onBack()}>
      <ScreenHeader onBack={onBack}>
        <h2 className="app-title">New chat</h2>
      </ScreenHeader>
      <div className="scroll">
        <Alert text={alert} onClose={() => setAlert('')} />
        <ul className="rows" aria-label="People">
          {others.map(other => (
            <li key={other.id} className="row">
              <button
                type="button"
                className="row-open"
                data-focus={other.id}
                disabled={opening !== 0}
                onClick={() => void open(other.id)}
              >
                <Avatar user={other} />
                <span className="row-text">
                  <span className="row-name">{nameOf(other)}</span>
                  <span className="row-preview">
                    {opening === other.id ? 'Opening …' : `@${other.username ?? other.id}`}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
