import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGroupCommitter } from '../../services/persister/group-committer.ts'
import { storeCommands } from '../../services/persister/store-commands.ts'
import type { Result } from '../../services/persister/work.ts'
import type { ChatCommand } from '../../shared/contract/commands.ts'
import type { ChatEvent } from '../../shared/contract/events.ts'
import { frameOf } from '../../shared/contract/frames.ts'
import { conversationIdOf, newId } from '../../shared/contract/identifiers.ts'
import type { DeletedMessage, Message } from '../../shared/contract/objects.ts'
import { connectDatabase } from '../../shared/database/connect.ts'
import { countUnread } from '../../shared/database/queries/count-unread.ts'
import { findConversation } from '../../shared/database/queries/find-conversation.ts'
import { type Changes, listChanges } from '../../shared/database/queries/list-changes.ts'
import { listMessages } from '../../shared/database/queries/list-messages.ts'
import { createLogger } from '../../shared/logger.ts'
import { createDeviceStore } from '../faults/clients/device-store.ts'
import { ChatModel, viewOf } from '../support/chat-model.ts'
import { ADA, BOB, EVE, otherCommand, sendCommand, workOf } from '../support/commands.ts'
import { propertyRuns } from '../support/property-runs.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

/** Bob has the second side in one conversation and the first in the other. */
const PAIRS = [
  [ADA, BOB],
  [BOB, EVE],
] as const
const VIEWERS = [ADA, BOB, EVE]
const PAGE = 3

type Kind =
  | 'send'
  | 'reply'
  | 'same again'
  | 'other body'
  | 'read'
  | 'delivered'
  | 'read ids'
  | 'delivered ids'
  | 'delete'
  | 'configure'
  | 'delete conversation'
  | 'open'

interface Wish {
  kind: Kind
  pair: 0 | 1
  by: 0 | 1
  pick: number
}

type Step =
  | { do: 'store' | 'crash after commit' | 'twice at once'; wishes: Wish[] }
  | { do: 'race'; wishes: Wish[]; others: Wish[] }
  | { do: 'redeliver'; pick: number }

const kinds: Kind[] = [
  ...(['send', 'send', 'send', 'reply', 'same again', 'other body', 'read', 'delivered'] as const),
  ...(['read ids', 'delivered ids', 'delete', 'delete', 'configure', 'delete conversation', 'open'] as const),
]
const pick = fc.nat(1000)
const wish: fc.Arbitrary<Wish> = fc.record({
  kind: fc.constantFrom(...kinds),
  pair: fc.constantFrom(0, 1),
  by: fc.constantFrom(0, 1),
  pick,
})
const wishes = fc.array(wish, { minLength: 1, maxLength: 10 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('store' as const), wishes }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('crash after commit' as const, 'twice at once' as const),
      wishes,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('race' as const), wishes, others: wishes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('redeliver' as const), pick }) },
)

const parts = new AsyncDisposableStack()
let database: TestDatabase
let committers: ReturnType<typeof createGroupCommitter>[]

beforeAll(async () => {
  database = parts.use(await createTestDatabase())
  const config = { DATABASE_URL: database.url, DATABASE_POOL_SIZE: 2, DATABASE_STATEMENT_TIMEOUT_MS: 10_000 }
  committers = [1, 2].map(() => {
    const { db } = parts.use(connectDatabase(config, 'persister under test', { keepPlans: true }))
    return createGroupCommitter(
      works => storeCommands(db, works),
      createLogger('test', 'silent'),
      new AbortController().signal,
    )
  })
})
afterAll(() => parts.disposeAsync())

const store = (committer: 0 | 1, commands: ChatCommand[], redelivered = false) =>
  committers[committer]?.store(commands.map(command => workOf(command, { redelivered }))) as Promise<Result[]>

/** Turns wishes into commands about what was sent so far; each is accepted a millisecond after the one before. */
function createWriter(model: ChatModel) {
  let acceptedInMs = 0
  const sent: ChatCommand[] = []

  function write({ kind, pair, by, pick }: Wish): ChatCommand {
    acceptedInMs++
    const userId = PAIRS[pair][by]
    const recipientId = PAIRS[pair][1 - by] as number
    const conversationId = conversationIdOf(userId, recipientId)
    const messages = model.conversations.get(conversationId)?.messages ?? []
    const other = (type: string, data: object) =>
      otherCommand(userId, conversationId, { type, data } as Parameters<typeof otherCommand>[2], {
        acceptedInMs,
      })
    const send = (body: object) => {
      const acceptedAt = new Date(Date.now() + acceptedInMs).toISOString()
      const command = { ...sendCommand(userId, recipientId, body), acceptedAt }
      sent.push(command)
      return command
    }
    const of = <Item>(list: Item[]) => list[pick % Math.max(list.length, 1)]
    const someIds = messages.filter(({ seq }) => (pick >> (seq % 10)) % 2 === 1).map(({ id }) => id)
    const target = { messageIds: [...someIds, of(messages)?.id ?? newId()] }
    /** Nobody marks what nobody has sent yet. */
    const upToSeq = Math.max(1, messages.length - (pick % 3))
    const earlier = of(sent.filter(command => command.conversationId === conversationId))
    const earlierBody = earlier?.type === 'message.send' && earlier.userId === userId ? earlier.data : {}
    switch (kind) {
      case 'send':
        return send({ textContent: `no. ${acceptedInMs}` })
      case 'reply':
        return send({
          textContent: `re ${acceptedInMs}`,
          replyToId: of([...model.conversations.values()].flatMap(c => c.messages))?.id ?? newId(),
        })
      case 'same again':
        return send(withoutNulls(earlierBody))
      case 'other body':
        return send({ id: of(messages)?.id ?? newId(), textContent: `stolen ${acceptedInMs}` })
      case 'read':
        return other('messages.read', messages.length > 0 ? { upToSeq } : target)
      case 'delivered':
        return other('messages.delivered', messages.length > 0 ? { upToSeq } : target)
      case 'read ids':
        return other('messages.read', target)
      case 'delivered ids':
        return other('messages.delivered', target)
      case 'delete':
        return other('message.delete', { messageId: of(messages)?.id ?? newId() })
      case 'configure':
        return other('conversation.configure', {
          [of(['pinned', 'muted', 'archived']) as string]: pick % 2 === 0,
        })
      case 'delete conversation':
        return other('conversation.delete', { upToSeq: messages.length - (pick % 2 && messages.length && 1) })
      case 'open':
        return other('conversation.open', { recipientId })
    }
  }
  return (list: Wish[]) => list.map(write)
}

function withoutNulls(body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
}

async function pagesOf<Page extends { hasMore: boolean }>(
  read: (last: Page | undefined) => Promise<Page | undefined>,
) {
  const pages: Page[] = []
  for (let page = await read(undefined); page; page = page.hasMore ? await read(page) : undefined)
    pages.push(page)
  return pages
}

function changesSince(conversationId: string, viewer: number, version: number) {
  return pagesOf<Changes>(last =>
    listChanges(database.db, {
      ...{ conversationId, viewer, limit: PAGE },
      after: last?.changes.at(-1)?.version ?? version,
    }),
  )
}

/** What the real reads give, in the model's words. */
async function readView(conversationId: string, viewer: number) {
  const found = await findConversation(database.db, conversationId, viewer)
  if (!found) return undefined
  const { pinned, muted, archived, clearedSeq, version, lastSeq, lastMessage, unreadCount } =
    found.conversation
  const messagePages = await pagesOf<NonNullable<Awaited<ReturnType<typeof listMessages>>>>(last =>
    listMessages(database.db, {
      ...{ conversationId, viewer, limit: PAGE },
      range: { after: last?.messages.at(-1)?.seq ?? 0 },
    }),
  )
  const changes = (await changesSince(conversationId, viewer, 0)).flatMap(page => page.changes)
  return {
    messages: messagePages.length > 0 ? messagePages.flatMap(page => page.messages).map(shown) : undefined,
    changes: changes.map(change => ('deleted' in change ? change : shown(change))),
    conversation: {
      ...{ pinned, muted, archived, clearedSeq, hidden: found.hidden, version, lastSeq },
      ...{ lastMessageId: lastMessage?.id, unreadCount },
    },
  }
}

function shown({ contentType, mediaUrl, mediaThumbnailUrl, audioDuration, sentAt, ...message }: Message) {
  return message
}

async function readEverything() {
  const views = PAIRS.flatMap(([one, other]) =>
    [one, other].map(async viewer => [
      `${one}:${other} by ${viewer}`,
      await readView(conversationIdOf(one, other), viewer),
    ]),
  )
  const unread = VIEWERS.map(async viewer => [`unread of ${viewer}`, await countUnread(database.db, viewer)])
  return Object.fromEntries(await Promise.all([...views, ...unread]))
}

function expectedOf(model: ChatModel) {
  const views = PAIRS.flatMap(([one, other]) => {
    const conversation = model.conversations.get(conversationIdOf(one, other))
    return [one, other].map(viewer => [
      `${one}:${other} by ${viewer}`,
      conversation && viewOf(conversation, viewer),
    ])
  })
  const unread = VIEWERS.map(viewer => {
    const counts = [...model.conversations.values()]
      .filter(({ sides }) => sides.has(viewer))
      .map(conversation => viewOf(conversation, viewer).conversation.unreadCount)
    const total = counts.reduce((sum, count) => sum + count, 0)
    return [`unread of ${viewer}`, { total, conversations: counts.filter(count => count > 0).length }]
  })
  return Object.fromEntries([...views, ...unread])
}

/** A careful app that gets what is announced, and asks for changes where it sees a gap. */
function createDevice(viewer: number) {
  const held = createDeviceStore()
  async function catchUp(conversationId: string): Promise<void> {
    const after = held.of(conversationId).version
    for (const { changes, clearedSeq } of await changesSince(conversationId, viewer, after)) {
      const nextAfter = changes.at(-1)?.version ?? after
      held.applyChanges(conversationId, {
        changes: changes as (Message | DeletedMessage)[],
        nextAfter,
        clearedSeq,
      })
    }
  }
  return {
    viewer,
    held,
    async take(event: ChatEvent): Promise<void> {
      if (!event.data.audience.includes(viewer)) return
      // biome-ignore lint/suspicious/noExplicitAny: frames of every shape
      const { type, data } = frameOf(event) as { type: string; data: any }
      if (type === 'conversationUpdated') return catchUp(data.id)
      const apply = {
        newMessage: held.applyMessage,
        messageStatus: held.applyStatus,
        messageDeleted: held.applyDeleted,
      }
      const applied = apply[type as keyof typeof apply]?.(data)
      if (applied === 'gap') await catchUp(data.conversationId)
    },
  }
}

/** The versions an event is about. */
function versionsOf(event: ChatEvent): number[] {
  const { data, type } = event
  if (type === 'co.growzone.chat.message.created') return [event.data.message.version as number]
  if (type === 'co.growzone.chat.message.deleted') return [event.data.version]
  if (!('seqs' in data)) return []
  return data.seqs.map((_, n) => data.version - n)
}

/** Of two batches at once either may come first, and in each conversation another one. */
function ordersOf(one: ChatCommand[], two: ChatCommand[]): ChatCommand[][][] {
  const conversationIds = PAIRS.map(([user, other]) => conversationIdOf(user, other))
  return Array.from({ length: 2 ** conversationIds.length }, (_, choice) =>
    conversationIds.flatMap((id, index) => {
      const batches = (choice >> index) % 2 === 0 ? [one, two] : [two, one]
      return batches.map(batch => batch.filter(command => command.conversationId === id))
    }),
  )
}

async function run(steps: Step[]): Promise<void> {
  await database.pool.query('DELETE FROM conversations')
  let model = new ChatModel()
  const batches: ChatCommand[][] = []
  const announced: ChatEvent[] = []
  const devices = VIEWERS.map(createDevice)
  let writer = createWriter(model)

  async function announce(results: Result[]): Promise<void> {
    for (const event of results.flatMap(result => (result.ok ? result.events : []))) {
      announced.push(event)
      for (const device of devices) await device.take(event)
    }
  }
  const codesOf = (results: Result[]) => results.map(result => (result.ok ? undefined : result.error.code))

  for (const each of steps) {
    if (each.do === 'redeliver') {
      const batch = batches[each.pick % Math.max(batches.length, 1)] ?? []
      const results = await store(0, batch, true)
      expect(codesOf(results)).toEqual(model.apply(batch))
      await announce(results)
    } else if (each.do === 'race') {
      const [one, two] = [writer(each.wishes), writer(each.others)]
      batches.push(one, two)
      const [ofOne, ofTwo] = await Promise.all([store(0, one), store(1, two)])
      const actual = await readEverything()
      const orders = ordersOf(one, two).map(order => {
        const outcome = model.clone()
        for (const commands of order) outcome.apply(commands)
        return outcome
      })
      const happened = orders.find(order => isDeepStrictEqual(expectedOf(order), actual))
      if (!happened) expect(actual).toEqual(expectedOf(orders[0] as ChatModel))
      model = happened as ChatModel
      writer = createWriter(model)
      await announce(ofOne)
      await announce(ofTwo)
    } else {
      const commands = writer(each.wishes)
      batches.push(commands)
      if (each.do === 'twice at once') {
        const both = await Promise.all([store(0, commands), store(1, commands, true)])
        model.apply(commands)
        model.apply(commands)
        for (const results of both) await announce(results)
      } else {
        const results = await store(0, commands)
        expect(codesOf(results)).toEqual(model.apply(commands))
        if (each.do === 'crash after commit') await announce(await store(1, commands, true))
        else await announce(results)
      }
    }
  }

  const actual = await readEverything()
  expect(actual).toEqual(expectedOf(model))
  for (const conversation of model.conversations.values()) {
    const covered = new Set(announced.filter(event => event.subject === conversation.id).flatMap(versionsOf))
    for (const { version } of conversation.messages) expect(covered).toContain(version)
    for (const device of devices.filter(({ viewer }) => conversation.sides.has(viewer))) {
      const expected = viewOf(conversation, device.viewer).changes.filter(change => !('deleted' in change))
      const held = [...device.held.of(conversation.id).messages.values()]
      expect(held.map(summary).toSorted(bySeq)).toEqual(expected.map(summary).toSorted(bySeq))
    }
  }
}

interface Summary {
  seq: number
}
const bySeq = (a: Summary, b: Summary) => a.seq - b.seq
// biome-ignore lint/suspicious/noExplicitAny: of devices and of the model
const summary = ({ id, seq, textContent, deliveredAt, readAt }: any) => ({
  id,
  seq,
  textContent,
  deliveredAt,
  readAt,
})

test('whatever is sent, read, deleted, repeated and raced, both sides read what the model says, and devices converge', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), run), propertyRuns(60))
})
