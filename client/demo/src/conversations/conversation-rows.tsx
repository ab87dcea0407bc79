import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import type { Conversation, ConversationSettings } from '../../../src/types.ts'
import { nameOf } from '../demo-settings.ts'
import { useSession } from '../session/session.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { ConversationRow } from './conversation-row.tsx'
import { useTypingIds } from './use-typing-ids.ts'

interface ConversationRowsProps {
  label: string
  conversations: readonly Conversation[]
  onOpen(id: string): void
  onError(text: string): void
  children?: ReactNode
}

/** Rows with their menu: pin, mute, archive, delete. */
export function ConversationRows(props: ConversationRowsProps) {
  const { label, conversations, onOpen, onError, children } = props
  const { client } = useSession()
  const [menu, setMenu] = useState<{ conversation: Conversation; anchor: HTMLElement }>()
  const [leaving, setLeaving] = useState<Conversation>()
  const typing = useTypingIds()
  const openNow = useRef(onOpen)
  useEffect(() => {
    openNow.current = onOpen
  })
  const open = useCallback((id: string) => openNow.current(id), [])
  const showMenu = useCallback((conversation: Conversation, anchor: HTMLElement) => {
    setMenu({ conversation, anchor })
  }, [])

  const fail = (error: unknown) => onError(error instanceof Error ? error.message : String(error))

  function itemsOf(conversation: Conversation): MenuItem[] {
    const { id, pinned, muted, archived } = conversation
    const change = (settings: ConversationSettings) => () =>
      void client.conversations.update(id, settings).catch(fail)
    return [
      { label: pinned ? 'Unpin' : 'Pin', icon: 'pin', onSelect: change({ pinned: !pinned }) },
      {
        label: muted ? 'Unmute' : 'Mute',
        icon: muted ? 'bell' : 'bellOff',
        onSelect: change({ muted: !muted }),
      },
      {
        label: archived ? 'Unarchive' : 'Archive',
        icon: archived ? 'unarchive' : 'archive',
        onSelect: change({ archived: !archived }),
      },
      { label: 'Delete', icon: 'trash', isDangerous: true, onSelect: () => setLeaving(conversation) },
    ]
  }

  return (
    <>
      <ul className="rows" aria-label={label}>
        {conversations.map(conversation => (
          <ConversationRow
            key={conversation.id}
            conversation={conversation}
            isTyping={typing.has(conversation.id)}
            onOpen={open}
            onMenu={showMenu}
          />
        ))}
        {children}
      </ul>
      {menu && (
        <Menu
          label={`Conversation with ${nameOf(menu.conversation.otherUser)}`}
          items={itemsOf(menu.conversation)}
          anchor={menu.anchor}
          onClose={() => setMenu(undefined)}
        />
      )}
      {leaving && (
        <ConfirmDialog
          title="Delete this conversation?"
          detail={`All messages with ${nameOf(leaving.otherUser)} go, for you only. A new message brings the conversation back, without the old ones.`}
          action="Delete"
          onConfirm={() => void client.conversations.delete(leaving.id).catch(fail)}
          onClose={() => setLeaving(undefined)}
        />
      )}
    </>
  )
}
