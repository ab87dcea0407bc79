import { StrictMode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { createChatClient } from '../../client/src/index.ts'
import { useConnectionState, useConversation, useConversations } from '../../client/src/react.ts'
import { CONVERSATION_ID, createFakeServer, makeMessage } from '../support/fake-chat-server.ts'

/** A screen on the three hooks, in React's development build, which under StrictMode mounts everything twice. */
const server = createFakeServer()
const client = createChatClient(server.options)
let renders = 0

function Screen() {
  renders++
  const { messages } = useConversation(client, CONVERSATION_ID)
  const { unreadCount } = useConversations(client)
  const { status } = useConnectionState(client)
  return (
    <p>
      {status}, {unreadCount} unread: {messages.map(({ textContent }) => textContent).join(' ')}
    </p>
  )
}

let root: Root
Object.assign(globalThis, {
  mount() {
    root = createRoot(document.body)
    root.render(
      <StrictMode>
        <Screen />
      </StrictMode>,
    )
  },
  unmount: () => root.unmount(),
  receive: (seq: number) => server.sockets[0]?.push('newMessage', makeMessage(seq)),
  renders: () => renders,
  loads: () => server.callsTo('GET', /\/messages\?/).length,
})
