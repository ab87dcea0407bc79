import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useConversation } from '../../../src/react.ts'
import type { ChatMessage } from '../../../src/types.ts'
import { nameOf } from '../demo-settings.ts'
import { useSession } from '../session/session.ts'
import { Alert } from '../ui/alert.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { useSteady } from '../ui/use-steady.ts'
import { ChatHeader } from './chat-header.tsx'
import { Composer } from './composer.tsx'
import { MessageLog } from './message-log.tsx'
import { ReplyBar } from './reply-bar.tsx'
import { UploadList } from './upload-list.tsx'
import { useMarkRead } from './use-mark-read.ts'

/** Twelve times a second look like at once, and leave most frames to scrolling. */
const REDRAW_MS = 80

interface ChatScreenProps {
  id: string
  isShown: boolean
  onBack(): void
}

export function ChatScreen({ id, isShown, onBack }: ChatScreenProps) {
  const { client, user, uploads, drafts } = useSession()
  const { conversation, hasOlder, isLoading, isTyping, error, ...stored } = useConversation(client, id)
  const messages = useSteady(stored.messages, REDRAW_MS)
  const [reply, setReply] = useState<ChatMessage>()
  const [menu, setMenu] = useState<{ message: ChatMessage; anchor: HTMLElement }>()
  const [deleting, setDeleting] = useState<ChatMessage>()
  const [alert, setAlert] = useState('')
  const input = useRef<HTMLTextAreaElement>(null)
  // The chat stays open when the conversation is deleted on another device.
  const [other, setOther] = useState(conversation?.otherUser)
  if (conversation && conversation.otherUser.id !== other?.id) setOther(conversation.otherUser)
  const { loadOlder } = client.conversation(id)
  const otherName = other ? nameOf(other) : '…'
  useMarkRead(id, messages, isShown)

  useEffect(() => {
    // A touch keyboard that comes by itself would hide half of the chat.
    if (matchMedia('(pointer: fine)').matches) input.current?.focus()
    return () => client.setTyping(id, false)
  }, [client, id])

  const actions = useMemo(
    () => ({
      showMenu: (message: ChatMessage, anchor: HTMLElement) => setMenu({ message, anchor }),
      retry: (messageId: string) => void client.retry(messageId),
      discard: (messageId: string) => client.discard(messageId),
      refreshMedia: (message: ChatMessage) => client.refreshMedia(message),
    }),
    [client],
  )

  function itemsOf(message: ChatMessage): MenuItem[] {
    const { seq, textContent } = message
    const startReply = () => {
      setReply(message)
      input.current?.focus()
    }
    const copy = () =>
      void navigator.clipboard.writeText(textContent ?? '').catch(() => setAlert('It could not be copied.'))
    return [
      ...(seq === null ? [] : [{ label: 'Reply', icon: 'reply', onSelect: startReply } as const]),
      ...(textContent ? [{ label: 'Copy', icon: 'copy', onSelect: copy } as const] : []),
      {
        label: seq === null ? 'Discard' : 'Delete for me',
        icon: 'trash',
        isDangerous: true,
        onSelect: () => (seq === null ? client.discard(message.id) : setDeleting(message)),
      },
    ]
  }

  function send(textContent: string): void {
    if (!other) return
    client.send({ recipientId: other.id }, { textContent, ...(reply && { replyToId: reply.id }) })
    setReply(undefined)
    setAlert('')
  }

  function sendFile(file: File, audioDuration?: number): void {
    if (!other) return
    const isTaken = uploads.start({
      ...{ conversationId: id, recipientId: other.id, file, replyToId: reply?.id },
      ...(audioDuration !== undefined && { audioDuration }),
    })
    if (isTaken) setReply(undefined)
    else setAlert(`${file.name} is neither a photo nor a video nor a sound.`)
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return
    if (reply) setReply(undefined)
    else onBack()
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to whatever is focused inside
    <div
      className="screen chat"
      onKeyDown={onKeyDown}
      onDragOver={event => event.preventDefault()}
      onDrop={event => {
        event.preventDefault()
        for (const file of event.dataTransfer.files) sendFile(file)
      }}
    >
      <ChatHeader id={id} other={other} isTyping={isTyping} onBack={onBack} />
      <Alert text={alert} onClose={() => setAlert('')} />
      {error && messages.length === 0 && !isLoading && (
        <p className="notice-line" role="alert">
          Not loaded: {error.message}
        </p>
      )}
      <MessageLog
        messages={messages}
        myId={user.id}
        otherName={otherName}
        hasOlder={hasOlder}
        isLoading={isLoading}
        isTyping={isTyping}
        loadOlder={loadOlder}
        actions={actions}
      />
      <footer className="composer">
        <UploadList conversationId={id} />
        {reply && (
          <ReplyBar
            message={reply}
            author={reply.senderId === user.id ? 'You' : otherName}
            onCancel={() => setReply(undefined)}
          />
        )}
        <Composer
          input={input}
          draft={drafts.get(id) ?? ''}
          otherName={otherName}
          onDraft={text => drafts.set(id, text)}
          onSend={send}
          onTyping={isTypingNow => client.setTyping(id, isTypingNow)}
          onFile={sendFile}
          onError={setAlert}
        />
      </footer>
      {menu && (
        <Menu
          label="Message"
          items={itemsOf(menu.message)}
          anchor={menu.anchor}
          onClose={() => setMenu(undefined)}
        />
      )}
      {deleting && (
        <ConfirmDialog
          title="Delete this message?"
          detail={`It goes on your side only; ${otherName} keeps it.`}
          action="Delete"
          onConfirm={() =>
            void client.deleteMessage(deleting).catch(reason => setAlert(`Not deleted: ${reason.message}`))
          }
          onClose={() => setDeleting(undefined)}
        />
      )}
    </div>
  )
}
