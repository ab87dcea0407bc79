import {
  type ChatClient,
  type ChatClientOptions,
  type ChatMessage,
  type ConversationListSnapshot,
  type ConversationSnapshot,
  createChatClient,
  type Message,
  type Readable,
} from '../../client/src/index.ts'
import { createNetwork, type Network } from './network.ts'
import { waitUntil, waitUntilSame } from './wait-until.ts'

/** Something that is looked at, as a screen does. */
export interface Watched<Value> {
  now(): Value
  until(what: string, holds: (value: Value) => boolean): Promise<Value>
}

export interface WatchedConversation extends Watched<ConversationSnapshot> {
  messages(): readonly ChatMessage[]
  texts(): (string | null)[]
  untilTexts(texts: readonly string[]): Promise<void>
  /** Waits until what is shown is what the server has, in every field. */
  untilSameAsServer(): Promise<void>
}

/** One installation of an app, with its own network. */
export interface Device {
  userId: number
  client: ChatClient
  network: Network
  list: Watched<ConversationListSnapshot>
  conversation(id: string): WatchedConversation
  untilOnline(): Promise<void>
  /** The network is back, and the app tells the client, as apps do. */
  restore(): void
  sendText(to: number, text: string): ReturnType<ChatClient['send']>
}

export function createDevice(userId: number, options: ChatClientOptions): Device {
  const network = createNetwork()
  const client = createChatClient({ fetch: network.fetch, WebSocket: network.WebSocket, ...options })
  return {
    userId,
    client,
    network,
    list: watch(client.conversations.list),
    conversation(id) {
      const watched = watch(client.conversation(id))
      const messages = () => watched.now().messages
      const texts = () => messages().map(({ textContent }) => textContent)
      return {
        ...{ ...watched, messages, texts },
        untilTexts: expected => waitUntilSame('what is shown', async () => [texts(), expected]),
        untilSameAsServer: () =>
          waitUntilSame('what is shown', async () => {
            const shown = messages()
            return [shown, await readAll(client, id)]
          }),
      }
    },
    async untilOnline() {
      await waitUntil('the client is online', () => client.connection.getSnapshot().status === 'online')
    },
    restore() {
      network.restore()
      client.connection.check()
    },
    sendText: (recipientId, textContent) => client.send({ recipientId }, { textContent }),
  }
}

/** As the server has them, oldest first. */
export async function readAll(client: ChatClient, conversationId: string): Promise<Message[]> {
  return (await Array.fromAsync(client.messages(conversationId))).reverse()
}

function watch<Value>({ getSnapshot, subscribe }: Readable<Value>): Watched<Value> {
  subscribe(() => {})
  return {
    now: getSnapshot,
    until: (what, holds) =>
      waitUntil(what, () => {
        const value = getSnapshot()
        return holds(value) && value
      }),
  }
}
