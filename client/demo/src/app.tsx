import { useCallback, useState } from 'react'
import { type Demo, nameOf } from './demo-settings.ts'
import { Phone } from './phone/phone.tsx'
import { Icon } from './ui/icon.tsx'
import { useMediaQuery } from './ui/use-media-query.ts'

const PHONES = ['left', 'right'] as const

export function App({ demo }: { demo: Demo }) {
  const [userIds, setUserIds] = useState(() => PHONES.map((_, index) => demo.users[index]?.id))
  const [shown, setShown] = useState(0)
  const [unread, setUnread] = useState<Record<string, number>>({})
  const noteUnread = useCallback(
    (phone: string, count: number) => setUnread(all => ({ ...all, [phone]: count })),
    [],
  )
  const isNarrow = useMediaQuery('(max-width: 820px)')
  const users = userIds.map(id => demo.users.find(user => user.id === id))

  return (
    <>
      <header className="page-header">
        <h1>
          <span className="logo">
            <Icon name="send" size={16} />
          </span>
          Growzone Chat
        </h1>
        <p>Two phones, two people, one backend. Take a network away and see what happens.</p>
      </header>
      {isNarrow && (
        <nav className="tabs" aria-label="Phones">
          {PHONES.map((phone, index) => {
            const count = index === shown ? 0 : (unread[phone] ?? 0)
            const user = users[index]
            return (
              <button
                key={phone}
                type="button"
                className="tab"
                aria-current={index === shown}
                onClick={() => setShown(index)}
              >
                {user ? nameOf(user) : phone}
                {count > 0 && (
                  <span className="badge">
                    {count}
                    <span className="hidden-text"> unread</span>
                  </span>
                )}
              </button>
            )
          })}
        </nav>
      )}
      <main className="phones">
        {PHONES.map((phone, index) => {
          const user = users[index]
          return (
            user && (
              <Phone
                key={phone}
                id={phone}
                demo={demo}
                user={user}
                isShown={!isNarrow || index === shown}
                onUnread={noteUnread}
                onUser={id => setUserIds(ids => ids.map((old, at) => (at === index ? id : old)))}
              />
            )
          )
        })}
      </main>
    </>
  )
}
