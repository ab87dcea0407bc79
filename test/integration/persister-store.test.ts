import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { storeCommands } from '../../services/persister/store-commands.ts'
import type { Result } from '../../services/persister/work.ts'
import type { ChatCommand } from '../../shared/contract/commands.ts'
import { type ChatEvent, chatEvent } from '../../shared/contract/events.ts'
import { conversationIdOf, newId } from '../../shared/contract/identifiers.ts'
import { findCommandOutcomes } from '../../shared/database/queries/command-outcomes.ts'
import { findConversation } from '../../shared/database/queries/find-conversation.ts'
import { findMessage } from '../../shared/database/queries/find-message.ts'
import { listMessages } from '../../shared/database/queries/list-messages.ts'
import { PermanentError } from '../../shared/errors.ts'
import { metrics } from '../../shared/metrics.ts'
import {
  ADA,
  BOB,
  DAN,
  EVE,
  eventsOf,
  messageOf,
  otherCommand,
  sendCommand,
  store,
  storeTexts,
  workOf,
} from '../support/commands.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

const ADA_BOB = conversationIdOf(ADA, BOB)
const ADA_EVE = conversationIdOf(ADA, EVE)
let database: TestDatabase
let db: TestDatabase['db']

beforeAll(async () => {
  database = await createTestDatabase()
  db = database.db
})
beforeEach(() => database.pool.query('DELETE FROM conversations; DELETE FROM chat_command_outcomes'))
afterAll(() => database[Symbol.asyncDispose]())

const tryToStore = (...commands: ChatCommand[]) =>
  storeCommands(
    db,
    commands.map(command => workOf(command)),
  )
const storeAgain = async (command: ChatCommand) => {
  const [result] = await storeCommands(db, [workOf(command, { redelivered: true })])
  return eventsOf(result as Result)
}
const refusal = (code: PermanentError['code']): Result => ({
  ok: false,
  error: expect.toSatisfy(error => error instanceof PermanentError && error.code === code),
})
const storedAs = (events: ChatEvent[]): Result =>
  expect.objectContaining({ ok: true, conversationId: expect.any(String), events })
const receipt = (
  status: 'read' | 'delivered',
  userId: number,
  data: { messageIds: string[] } | { upToSeq: number },
  conversationId = ADA_BOB,
) => otherCommand(userId, conversationId, { type: `messages.${status}`, data })

async function rowsOf<Row extends object>(sql: string): Promise<Row[]> {
  return (await database.pool.query<Row>(sql)).rows
}
async function versionOf(conversationId = ADA_BOB): Promise<number | undefined> {
  return (await findConversation(db, conversationId, ADA))?.conversation.version
}

// message.send

test('the first message makes the conversation under the id that follows from its two users', async () => {
  const command = sendCommand(BOB, ADA, { textContent: 'hello' }, { reportOutcome: true })
  const [result] = await tryToStore(command)
  expect(result).toMatchObject({ ok: true, conversationId: ADA_BOB, created: true })
  const [event] = eventsOf(result as Result)
  expect(chatEvent.parse(event)).toMatchObject({
    type: 'co.growzone.chat.message.created',
    subject: ADA_BOB,
    data: {
      audience: [ADA, BOB],
      message: {
        id: command.data.id,
        senderId: BOB,
        recipientId: ADA,
        textContent: 'hello',
        seq: 1,
        version: 1,
        status: 'sent',
        createdAt: command.acceptedAt,
      },
    },
  })
  expect(await findMessage(db, command.data.id, ADA)).toEqual(messageOf(event))
  expect((await findCommandOutcomes(db, [command.id])).get(command.id)).toEqual({
    ok: true,
    conversationId: ADA_BOB,
    created: true,
  })
})

/** Statements that the project's own count shows. */
async function countStatements(run: () => Promise<unknown>): Promise<number> {
  const read = async () => {
    const { values } = (await metrics.getSingleMetric('chat_sql_statements_total')?.get()) ?? { values: [] }
    return values[0]?.value ?? 0
  }
  const before = await read()
  await run()
  return (await read()) - before
}

test('messages of conversations that exist take one statement, however many they are', async () => {
  await storeTexts(db, ADA, BOB, ['before'])
  await storeTexts(db, ADA, EVE, ['before'])
  const commands = [
    sendCommand(ADA, BOB),
    sendCommand(EVE, ADA),
    sendCommand(BOB, ADA),
    sendCommand(ADA, BOB),
  ]
  let results: Result[] = []
  const statements = await countStatements(async () => {
    results = await tryToStore(...commands)
  })
  expect(statements).toBe(1)
  const stored = results.map(result => messageOf(eventsOf(result)[0]))
  expect(stored.map(({ id, seq, version }) => [id, seq, version])).toEqual(
    [2, 2, 3, 4].map((position, index) => [commands[index]?.data.id, position, position]),
  )
  for (const message of stored) expect(await findMessage(db, message.id, ADA)).toEqual(message)
})

test('what a single statement cannot decide is decided beside what it can, each conversation in its order', async () => {
  const known = sendCommand(ADA, BOB, { textContent: 'known' })
  await store(db, known)
  await storeTexts(db, ADA, EVE, ['before'])
  const original = sendCommand(EVE, ADA, { textContent: 'original' })
  const results = await tryToStore(
    sendCommand(ADA, BOB, { textContent: 'plain' }),
    known,
    sendCommand(EVE, BOB, { textContent: 'first of the two' }),
    original,
    sendCommand(ADA, EVE, { replyToId: original.data.id, textContent: 'reply' }),
    sendCommand(EVE, ADA, { textContent: 'after the reply' }),
    { ...known, id: newId(), data: { ...known.data, textContent: 'another' } },
  )
  const told = results.map(result =>
    result.ok ? eventsOf(result).map(event => messageOf(event).seq) : 'refused',
  )
  expect(told).toEqual([[2], [], [1], [2], [3], [4], 'refused'])
})

test.each([
  ['alone', 1],
  ['among others', 2],
])('a message stored %s, by its one statement, is what the transaction makes of it', async (_, count) => {
  await storeTexts(db, ADA, BOB, ['before'])
  const body = {
    contentType: 'audio',
    mediaUrl: 'https://media.example/1/a.m4a',
    mediaThumbnailUrl: 'https://media.example/1/a.png',
    audioDuration: 12,
    textContent: `"'{a,b}\\n NULL 👩🏽‍👩🏿`,
  }
  const hide = `UPDATE conversations SET participant1_deleted_at = now(), participant2_deleted_at = now()`
  const storeHidden = async (...commands: ChatCommand[]) => {
    await database.pool.query(hide)
    const statements = await countStatements(() => store(db, ...commands))
    const rows = await rowsOf<Record<string, unknown>>(
      `SELECT m.*, c.*, m.seq = c.last_seq AND m.version = c.version AS is_last,
         sent_at BETWEEN now() - interval '5 s' AND now() AS is_just_sent, last_message_at = m.created_at AS is_newest,
         c.updated_at > now() - interval '5 s' AS is_just_updated
       FROM messages m JOIN conversations c ON c.id = m.conversation_id ORDER BY seq DESC LIMIT 1`,
    )
    const changing = { id: 0, seq: 0, version: 0, last_seq: 0, created_at: 0, sent_at: 0, updated_at: 0 }
    return { statements, row: { ...rows[0], ...changing, last_message_at: 0 } }
  }
  const byTransaction = await storeHidden(sendCommand(ADA, BOB, body, { reportOutcome: true }))
  const plainly = await storeHidden(...Array.from({ length: count }, () => sendCommand(ADA, BOB, body)))
  expect(byTransaction.statements).toBeGreaterThan(1)
  expect(plainly.statements).toBe(1)
  expect(plainly.row).toEqual(byTransaction.row)
  expect(plainly.row).toMatchObject({
    is_last: true,
    is_just_sent: true,
    is_newest: true,
    is_just_updated: true,
  })
})

test('a message that comes alone, of a known id or between users without a conversation, is decided otherwise', async () => {
  const known = sendCommand(ADA, BOB, { textContent: 'known' })
  await store(db, known)
  expect(await store(db, known)).toEqual([])
  const other = { ...known, id: newId(), data: { ...known.data, textContent: 'another' } }
  expect(await tryToStore(other)).toEqual([refusal('id_conflict')])
  expect(await versionOf()).toBe(1)
  const [first] = await storeTexts(db, EVE, BOB, ['first of the two'])
  expect(first?.seq).toBe(1)
})

test('messages of many conversations in one batch take the next seqs of theirs, in the order given', async () => {
  await storeTexts(db, ADA, BOB, ['before'])
  const events = await store(
    db,
    ...[
      [ADA, BOB, 'a'],
      [EVE, ADA, 'b'],
      [BOB, ADA, 'c'],
      [ADA, EVE, 'd'],
      [ADA, BOB, 'e'],
    ].map(([from, to, textContent]) => sendCommand(from as number, to as number, { textContent })),
  )
  expect(events.map(messageOf).map(({ textContent, seq, version }) => [textContent, seq, version])).toEqual([
    ['a', 2, 2],
    ['b', 1, 1],
    ['c', 3, 3],
    ['d', 2, 2],
    ['e', 4, 4],
  ])
})

test.each([
  ['quotes, braces and backslashes', `"'{a,b}\\n\\\\ $1 NULL`],
  ['the word NULL', 'NULL'],
  ['noncharacters', 'a\uFFFEb\uFFFF'],
  ['control characters', '\u0001\u001F\u007F\r\n\t'],
  ['ZWJ families, RTL and combining marks', '👩🏽‍👩🏿‍👧🏻 שלום e\u0301\u0323 \u0958'],
  ['5000 emoji', '😀'.repeat(5000)],
])(
  'a text of %s is stored byte for byte, by the transaction and by each statement',
  async (_, textContent) => {
    for (const texts of [[textContent], [textContent], [textContent, textContent]]) {
      const [message] = await storeTexts(db, ADA, BOB, texts)
      expect(message?.textContent).toBe(textContent)
      expect((await findMessage(db, message?.id as string, BOB))?.textContent).toBe(textContent)
    }
    expect((await findConversation(db, ADA_BOB, BOB))?.conversation.lastMessage?.textContent).toBe(
      textContent,
    )
    const rows = await rowsOf<{ bytes: Buffer }>(
      "SELECT convert_to(text_content, 'UTF8') AS bytes FROM messages",
    )
    expect(rows.map(({ bytes }) => bytes)).toEqual(Array(4).fill(Buffer.from(textContent)))
  },
)

test('media messages keep all they were sent with', async () => {
  const media = {
    contentType: 'audio',
    textContent: 'listen "{1}"',
    mediaUrl: 'https://media.example/1/a.ogg',
    mediaThumbnailUrl: 'https://media.example/1/a.png',
    audioDuration: 0,
  }
  const [event] = await store(db, sendCommand(ADA, BOB, media))
  expect(messageOf(event)).toMatchObject(media)
  expect(await findMessage(db, messageOf(event).id, BOB)).toMatchObject(media)
})

test('a conversation that exists under another id keeps it', async () => {
  const legacyId = newId()
  await database.pool.query(
    'INSERT INTO conversations (id, participant1_id, participant2_id) VALUES ($1, 1, 2)',
    [legacyId],
  )
  const [result] = await tryToStore(sendCommand(BOB, ADA))
  expect(result).toMatchObject({ ok: true, conversationId: legacyId })
  const [event] = eventsOf(result as Result)
  expect(event?.subject).toBe(legacyId)
  expect(messageOf(event)).toMatchObject({ conversationId: legacyId, seq: 1 })
  const opening = otherCommand(ADA, ADA_BOB, { type: 'conversation.open', data: { recipientId: BOB } })
  expect((await tryToStore(opening))[0]).toMatchObject({ conversationId: legacyId, created: false })
  expect(await rowsOf('SELECT FROM conversations')).toHaveLength(1)
})

test('a message that comes again is stored once, and announced again only if it may not have been', async () => {
  const command = sendCommand(ADA, BOB)
  const [event] = await store(db, command)
  expect(await store(db, command)).toEqual([])
  expect(await storeAgain(command)).toEqual([event])
  expect(await rowsOf('SELECT FROM messages')).toHaveLength(1)
  expect(await versionOf()).toBe(1)
})

test('a repeat that was accepted at another time is the same message, and keeps the first time', async () => {
  const command = sendCommand(ADA, BOB)
  const [event] = await store(db, command)
  const repeat = { ...command, acceptedAt: new Date(Date.now() + 60_000).toISOString() }
  expect(await storeAgain(repeat)).toEqual([event])
})

test('the same message twice in one batch is stored once', async () => {
  const command = sendCommand(ADA, BOB)
  const events = await store(db, command, sendCommand(ADA, BOB), command)
  expect(events.map(messageOf).map(message => message.seq)).toEqual([1, 2, 1])
  expect(new Set(events.map(event => event.id)).size).toBe(2)
  expect(await rowsOf('SELECT FROM messages')).toHaveLength(2)
})

test.each([
  ['another text', () => [ADA, BOB, { textContent: 'other' }] as const],
  [
    'another kind',
    () => [ADA, BOB, { contentType: 'image', mediaUrl: 'https://media.example/1/a' }] as const,
  ],
  ['another sender in the same conversation', () => [BOB, ADA, {}] as const],
  ['another recipient', () => [ADA, EVE, {}] as const],
  ['other users altogether', () => [EVE, DAN, {}] as const],
])('the id of a message is refused to %s, stored before or in the same batch', async (_, other) => {
  const id = newId()
  const [sender, recipient, body] = other()
  const thief = sendCommand(sender, recipient, { ...body, id })
  const [first, refused] = await tryToStore(sendCommand(ADA, BOB, { id }), thief)
  expect(refused).toEqual(refusal('id_conflict'))
  expect(await tryToStore(thief)).toEqual([refusal('id_conflict')])
  expect(await findMessage(db, id, ADA)).toEqual(messageOf(eventsOf(first as Result)[0]))
  expect(await rowsOf('SELECT FROM messages')).toHaveLength(1)
})

test('a reply is stored with its original, even one of the same batch', async () => {
  const [original] = await storeTexts(db, ADA, BOB, ['original'])
  const reply = sendCommand(BOB, ADA, { replyToId: original?.id })
  const replyToReply = sendCommand(ADA, BOB, { replyToId: reply.data.id })
  const events = await store(db, reply, replyToReply)
  expect(events.map(messageOf).map(message => message.replyToId)).toEqual([original?.id, reply.data.id])
})

test('a reply to a message elsewhere, or to none, is refused and takes no seq', async () => {
  const [elsewhere] = await storeTexts(db, ADA, EVE, ['elsewhere'])
  const later = sendCommand(ADA, BOB)
  const inSameBatch = sendCommand(ADA, EVE)
  expect(
    await tryToStore(
      sendCommand(ADA, BOB, { replyToId: elsewhere?.id }),
      sendCommand(ADA, BOB, { replyToId: newId() }),
      sendCommand(ADA, BOB, { replyToId: later.data.id }),
      inSameBatch,
      sendCommand(ADA, BOB, { replyToId: inSameBatch.data.id }),
      later,
    ),
  ).toEqual([
    refusal('reply_not_found'),
    refusal('reply_not_found'),
    refusal('reply_not_found'),
    storedAs([expect.anything()]),
    refusal('reply_not_found'),
    storedAs([
      expect.objectContaining({
        data: expect.objectContaining({ message: expect.objectContaining({ seq: 1 }) }),
      }),
    ]),
  ])
})

test('a recipient or a sender who does not exist is told apart from the rest of the batch', async () => {
  const unknown = sendCommand(ADA, 99, {}, { reportOutcome: true })
  expect(
    await tryToStore(sendCommand(ADA, BOB), unknown, sendCommand(98, ADA), sendCommand(ADA, EVE)),
  ).toEqual([
    storedAs([expect.anything()]),
    refusal('recipient_not_found'),
    refusal('recipient_not_found'),
    storedAs([expect.anything()]),
  ])
  expect((await findCommandOutcomes(db, [unknown.id])).get(unknown.id)).toEqual({
    ok: false,
    code: 'recipient_not_found',
    detail: 'the recipient does not exist',
  })
  expect(await rowsOf('SELECT FROM conversations')).toHaveLength(2)
})

test('a deleted conversation is back for both with the next message, without the old ones', async () => {
  await storeTexts(db, ADA, BOB, ['one', 'two'])
  const data = { upToSeq: 2 }
  const [deletion] = await store(db, otherCommand(BOB, ADA_BOB, { type: 'conversation.delete', data }))
  expect(deletion).toMatchObject({
    type: 'co.growzone.chat.conversation.updated',
    data: {
      audience: [BOB],
      conversation: { deleted: true, lastMessage: null, unreadCount: 0, clearedSeq: 2 },
    },
  })
  await storeTexts(db, ADA, BOB, ['three'])
  expect(await findConversation(db, ADA_BOB, BOB)).toMatchObject({
    hidden: false,
    conversation: { unreadCount: 1, clearedSeq: 2, lastSeq: 3 },
  })
  const page = { conversationId: ADA_BOB, limit: 10, range: { offset: 0 } }
  expect((await listMessages(db, { ...page, viewer: BOB }))?.messages.map(({ seq }) => seq)).toEqual([3])
  expect((await listMessages(db, { ...page, viewer: ADA }))?.messages.map(({ seq }) => seq)).toEqual([
    3, 2, 1,
  ])
})

// messages.read, messages.delivered

test.each(['read', 'delivered'] as const)(
  '%s by id or up to a seq: each message takes one version, and both users are told',
  async status => {
    const sent = await storeTexts(db, ADA, BOB, ['1', '2', '3', '4'])
    const ids = sent.map(message => message.id)
    const byIds = receipt(status, BOB, { messageIds: [ids[2] as string, ids[0] as string] })
    const [event] = await store(db, byIds)
    expect(chatEvent.parse(event)).toMatchObject({
      type: `co.growzone.chat.messages.${status}`,
      data: {
        audience: [ADA, BOB],
        conversationId: ADA_BOB,
        messageIds: [ids[0], ids[2]],
        seqs: [1, 3],
        at: byIds.acceptedAt,
        by: BOB,
        version: 6,
      },
    })
    const [rest] = await store(db, receipt(status, BOB, { upToSeq: 3 }))
    expect(rest?.data).toMatchObject({ messageIds: [ids[1]], seqs: [2], version: 7 })
    const marked = await Promise.all(ids.map(id => findMessage(db, id, ADA)))
    expect(marked.map(message => [message?.version, message?.status])).toEqual([
      [5, status],
      [7, status],
      [6, status],
      [4, 'sent'],
    ])
    expect(await versionOf()).toBe(7)
  },
)

test('reading implies delivery, and what is read is not delivered afterwards', async () => {
  const [message] = await storeTexts(db, ADA, BOB, ['1'])
  const reading = receipt('read', BOB, { upToSeq: 1 })
  await store(db, reading)
  expect(await store(db, receipt('delivered', BOB, { upToSeq: 1 }))).toEqual([])
  expect(await findMessage(db, message?.id as string, ADA)).toMatchObject({
    status: 'read',
    readAt: reading.acceptedAt,
    deliveredAt: reading.acceptedAt,
    version: 2,
  })
})

test('delivery keeps its own time when the message is read later', async () => {
  const [message] = await storeTexts(db, ADA, BOB, ['1'])
  const delivery = receipt('delivered', BOB, { upToSeq: 1 })
  const reading = {
    ...receipt('read', BOB, { upToSeq: 1 }),
    acceptedAt: new Date(Date.now() + 1000).toISOString(),
  }
  await store(db, delivery, reading)
  expect(await findMessage(db, message?.id as string, BOB)).toMatchObject({
    deliveredAt: delivery.acceptedAt,
    readAt: reading.acceptedAt,
    version: 3,
  })
})

test('receipts of several users and conversations in one batch keep apart', async () => {
  await storeTexts(db, ADA, BOB, ['1', '2'])
  await storeTexts(db, BOB, ADA, ['3'])
  await storeTexts(db, ADA, EVE, ['1'])
  const events = await store(
    db,
    receipt('read', BOB, { upToSeq: 3 }),
    receipt('read', EVE, { upToSeq: 1 }, ADA_EVE),
    receipt('read', ADA, { upToSeq: 3 }),
    receipt('read', BOB, { upToSeq: 2 }),
  )
  expect(events.map(event => [event.subject, event.data])).toEqual([
    [ADA_BOB, expect.objectContaining({ by: BOB, seqs: [1, 2], version: 5 })],
    [ADA_EVE, expect.objectContaining({ by: EVE, seqs: [1], version: 2 })],
    [ADA_BOB, expect.objectContaining({ by: ADA, seqs: [3], version: 6 })],
  ])
})

test('the messages of one receipt take versions that follow each other, whatever another names', async () => {
  const sent = await storeTexts(db, ADA, BOB, ['1', '2', '3', '4'])
  const ids = sent.map(message => message.id) as [string, string, string, string]
  const events = await store(
    db,
    receipt('read', BOB, { messageIds: [ids[0], ids[2]] }),
    receipt('read', BOB, { messageIds: [ids[1], ids[2], ids[3]] }),
  )
  expect(events.map(event => event.data)).toEqual([
    expect.objectContaining({ seqs: [1, 3], version: 6 }),
    expect.objectContaining({ seqs: [2, 4], version: 8 }),
  ])
})

test('only the recipient marks a message, and only in its own conversation', async () => {
  const [message] = await storeTexts(db, ADA, BOB, ['1'])
  const [other] = await storeTexts(db, EVE, BOB, ['1'])
  const messageIds = [message?.id as string]
  const foreign = [other?.id as string]
  expect(
    await tryToStore(
      receipt('read', ADA, { messageIds }),
      receipt('read', ADA, { upToSeq: 1 }),
      receipt('read', EVE, { messageIds }),
      receipt('read', BOB, { messageIds: foreign }),
      receipt('read', BOB, { messageIds: [newId()] }),
      receipt('read', BOB, { messageIds }, newId()),
    ),
  ).toEqual([
    storedAs([]),
    storedAs([]),
    refusal('conversation_not_found'),
    storedAs([]),
    storedAs([]),
    refusal('conversation_not_found'),
  ])
  expect(await rowsOf('SELECT FROM messages WHERE read_at IS NOT NULL')).toEqual([])
  expect(await versionOf()).toBe(1)
})

test('a receipt that comes again marks nothing, and announces the same again only when redelivered', async () => {
  await storeTexts(db, ADA, BOB, ['1', '2'])
  const reading = receipt('read', BOB, { upToSeq: 2 })
  const events = await store(db, reading)
  expect(events).toHaveLength(1)
  expect(await store(db, reading)).toEqual([])
  expect(await storeAgain(reading)).toEqual(events)
  expect(await versionOf()).toBe(4)
})

test('a receipt of many messages is announced in parts that a socket can carry', async () => {
  await storeTexts(
    db,
    ADA,
    BOB,
    Array.from({ length: 450 }, (_, n) => `${n}`),
  )
  const events = await store(db, receipt('read', BOB, { upToSeq: 450 }))
  expect(events.map(event => 'seqs' in event.data && event.data.seqs.length)).toEqual([400, 50])
  expect(events.map(event => 'version' in event.data && event.data.version)).toEqual([850, 900])
  expect(new Set(events.map(event => event.id)).size).toBe(2)
  for (const event of events) expect(JSON.stringify(event).length).toBeLessThan(32_000)
})

// message.delete

test('a message is deleted for one user, once, at the price of one version', async () => {
  const [message] = await storeTexts(db, ADA, BOB, ['1'])
  const messageId = message?.id as string
  const deletion = otherCommand(BOB, ADA_BOB, { type: 'message.delete', data: { messageId } })
  const events = await store(db, deletion)
  expect(events).toEqual([
    expect.objectContaining({
      type: 'co.growzone.chat.message.deleted',
      data: { audience: [BOB], id: messageId, conversationId: ADA_BOB, seq: 1, version: 2 },
    }),
  ])
  expect(await store(db, deletion)).toEqual([])
  expect(await storeAgain(deletion)).toEqual(events)
  expect(await versionOf()).toBe(2)
  expect(await findMessage(db, messageId, BOB)).toBeUndefined()
  expect(await findMessage(db, messageId, ADA)).toMatchObject({ textContent: '1' })

  await store(db, otherCommand(ADA, ADA_BOB, { type: 'message.delete', data: { messageId } }))
  expect(await findMessage(db, messageId, ADA)).toBeUndefined()
  expect(await versionOf()).toBe(3)
})

test('a message can be sent, read and deleted in one batch, in this order', async () => {
  const send = sendCommand(ADA, BOB)
  const events = await store(
    db,
    send,
    receipt('read', BOB, { upToSeq: 1 }),
    otherCommand(BOB, ADA_BOB, { type: 'message.delete', data: { messageId: send.data.id } }),
    sendCommand(ADA, BOB),
  )
  expect(
    events.map(({ type, data }) => [type.split('.').slice(3).join('.'), 'version' in data && data.version]),
  ).toEqual([
    ['message.created', false],
    ['messages.read', 2],
    ['message.deleted', 3],
    ['message.created', false],
  ])
  expect(messageOf(events[3])).toMatchObject({ seq: 2, version: 4 })
})

// What one participant does for themselves, and what strangers may not

test('settings are changed for their owner, who alone is told', async () => {
  await storeTexts(db, ADA, BOB, ['1'])
  const [event] = await store(
    db,
    otherCommand(ADA, ADA_BOB, { type: 'conversation.configure', data: { pinned: true, muted: true } }),
  )
  expect(chatEvent.parse(event)).toMatchObject({
    type: 'co.growzone.chat.conversation.updated',
    data: {
      audience: [ADA],
      conversation: { id: ADA_BOB, pinned: true, muted: true, archived: false, deleted: false },
    },
  })
  await store(
    db,
    otherCommand(
      ADA,
      ADA_BOB,
      { type: 'conversation.configure', data: { muted: false } },
      { acceptedInMs: 5 },
    ),
  )
  expect((await findConversation(db, ADA_BOB, ADA))?.conversation).toMatchObject({
    pinned: true,
    muted: false,
  })
  expect((await findConversation(db, ADA_BOB, BOB))?.conversation).toMatchObject({
    pinned: false,
    muted: false,
  })
  expect(await versionOf()).toBe(1)
})

test('a change of settings that comes again after a later one changes nothing, and tells what now is', async () => {
  await storeTexts(db, ADA, BOB, ['1'])
  const pin = otherCommand(ADA, ADA_BOB, { type: 'conversation.configure', data: { pinned: true } })
  const unpin = otherCommand(
    ADA,
    ADA_BOB,
    { type: 'conversation.configure', data: { pinned: false } },
    { acceptedInMs: 5 },
  )
  await store(db, pin, unpin)
  expect(await storeAgain(pin)).toMatchObject([{ data: { conversation: { pinned: false } } }])
  expect((await findConversation(db, ADA_BOB, ADA))?.conversation.pinned).toBe(false)
})

test('a deletion that comes again after a new message, or after the conversation was opened, hides nothing', async () => {
  await storeTexts(db, ADA, BOB, ['1'])
  const deletion = otherCommand(BOB, ADA_BOB, { type: 'conversation.delete', data: { upToSeq: 1 } })
  await store(db, deletion)
  await storeTexts(db, ADA, BOB, ['2'])
  expect(await storeAgain(deletion)).toMatchObject([
    { data: { conversation: { deleted: false, unreadCount: 1 } } },
  ])

  const again = otherCommand(
    BOB,
    ADA_BOB,
    { type: 'conversation.delete', data: { upToSeq: 2 } },
    { acceptedInMs: 5 },
  )
  const opening = otherCommand(
    BOB,
    ADA_BOB,
    { type: 'conversation.open', data: { recipientId: ADA } },
    { acceptedInMs: 10 },
  )
  await store(db, again, opening)
  expect(await storeAgain(again)).toMatchObject([{ data: { conversation: { deleted: false } } }])
  expect(await findConversation(db, ADA_BOB, BOB)).toMatchObject({
    hidden: false,
    conversation: { clearedSeq: 2, lastMessage: null },
  })
})

test('a deletion hides what was there when it was asked for, and not what came since', async () => {
  await storeTexts(db, ADA, BOB, ['1', '2'])
  const [event] = await store(
    db,
    otherCommand(BOB, ADA_BOB, { type: 'conversation.delete', data: { upToSeq: 1 } }),
  )
  expect(event).toMatchObject({
    data: { conversation: { deleted: false, clearedSeq: 1, lastMessage: { seq: 2 } } },
  })
})

test('the first opening makes the conversation, empty; others find it, in the same commit or later', async () => {
  const open = (userId: number, recipientId: number) =>
    otherCommand(userId, conversationIdOf(userId, recipientId), {
      type: 'conversation.open',
      data: { recipientId },
    })
  expect(await tryToStore(open(ADA, BOB), open(BOB, ADA), open(ADA, 99))).toEqual([
    expect.objectContaining({ ok: true, conversationId: ADA_BOB, created: true }),
    expect.objectContaining({ ok: true, conversationId: ADA_BOB, created: false }),
    refusal('recipient_not_found'),
  ])
  expect(await tryToStore(open(BOB, ADA))).toEqual([
    expect.objectContaining({ ok: true, conversationId: ADA_BOB, created: false }),
  ])
  expect(await rowsOf('SELECT FROM conversations')).toHaveLength(1)
})

test('whatever a stranger asks of a conversation is refused as if it did not exist', async () => {
  const [message] = await storeTexts(db, ADA, BOB, ['secret'])
  const before = await rowsOf('SELECT * FROM conversations, messages')
  const messageId = message?.id as string
  const asked = (conversationId: string) => [
    otherCommand(EVE, conversationId, { type: 'message.delete', data: { messageId } }),
    otherCommand(EVE, conversationId, { type: 'messages.read', data: { upToSeq: 1 } }),
    otherCommand(EVE, conversationId, { type: 'messages.delivered', data: { messageIds: [messageId] } }),
    otherCommand(EVE, conversationId, { type: 'conversation.configure', data: { pinned: true } }),
    otherCommand(EVE, conversationId, { type: 'conversation.delete', data: { upToSeq: 1 } }),
  ]
  const results = await tryToStore(...asked(ADA_BOB))
  expect(results).toEqual(asked(ADA_BOB).map(() => refusal('conversation_not_found')))
  expect(await tryToStore(...asked(newId()))).toEqual(results)
  expect(await rowsOf('SELECT * FROM conversations, messages')).toEqual(before)
})

test('a message of another conversation cannot be deleted through one’s own', async () => {
  const [message] = await storeTexts(db, ADA, BOB, ['secret'])
  await storeTexts(db, EVE, ADA, ['mine'])
  const data = { messageId: message?.id as string }
  expect(await tryToStore(otherCommand(EVE, ADA_EVE, { type: 'message.delete', data }))).toEqual([
    refusal('message_not_found'),
  ])
  expect(await versionOf(ADA_EVE)).toBe(1)
  expect(await findMessage(db, data.messageId, BOB)).toEqual(message)
})

test('typing is told to the other participant and stored nowhere', async () => {
  await storeTexts(db, ADA, BOB, ['1'])
  const before = await rowsOf('SELECT * FROM conversations')
  const typing = (userId: number, options = {}) =>
    otherCommand(userId, ADA_BOB, { type: 'typing.set', data: { isTyping: true } }, options)
  expect(await store(db, typing(ADA))).toMatchObject([
    {
      type: 'co.growzone.chat.typing.changed',
      data: { audience: [BOB], conversationId: ADA_BOB, userId: ADA, isTyping: true },
    },
  ])
  expect(await store(db, typing(EVE), typing(ADA, { acceptedInMs: -6_000 }))).toEqual([])
  expect(await rowsOf('SELECT * FROM conversations')).toEqual(before)
})

test('typing to a user finds the conversation of an older id, and none where there is none', async () => {
  const legacyId = newId()
  await database.pool.query(
    'INSERT INTO conversations (id, participant1_id, participant2_id) VALUES ($1, 1, 2)',
    [legacyId],
  )
  const typing = (recipientId: number) =>
    otherCommand(ADA, conversationIdOf(ADA, recipientId), {
      type: 'typing.set',
      data: { isTyping: true, recipientId },
    })
  expect(await store(db, typing(BOB))).toMatchObject([{ subject: legacyId, data: { audience: [BOB] } }])
  expect(await store(db, typing(EVE))).toEqual([])
})
