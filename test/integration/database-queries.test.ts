import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { conversationIdOf, newId } from '../../shared/contract/identifiers.ts'
import {
  conversation as conversationSchema,
  message as messageSchema,
} from '../../shared/contract/objects.ts'
import {
  deleteOldCommandOutcomes,
  findCommandOutcomes,
  insertCommandOutcomes,
} from '../../shared/database/queries/command-outcomes.ts'
import { countUnread } from '../../shared/database/queries/count-unread.ts'
import { findConversation } from '../../shared/database/queries/find-conversation.ts'
import { findConversationIdOfMessage } from '../../shared/database/queries/find-conversation-of-message.ts'
import { findConversationIdOfPair } from '../../shared/database/queries/find-conversation-of-pair.ts'
import { findMessage } from '../../shared/database/queries/find-message.ts'
import { findParticipants } from '../../shared/database/queries/find-participants.ts'
import { listChanges } from '../../shared/database/queries/list-changes.ts'
import {
  type ConversationCursor,
  listConversations,
} from '../../shared/database/queries/list-conversations.ts'
import { listMessages, type MessageRange } from '../../shared/database/queries/list-messages.ts'
import { userExists } from '../../shared/database/queries/user-exists.ts'
import { ADA, BOB, DAN, EVE, otherCommand, store, storeTexts, UMA } from '../support/commands.ts'
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

const texts = (count: number) => Array.from({ length: count }, (_, n) => `text ${n + 1}`)
const deleteFor = (userId: number, messageId: string) =>
  otherCommand(userId, ADA_BOB, { type: 'message.delete', data: { messageId } })
const clearFor = (userId: number, upToSeq: number, options = {}) =>
  otherCommand(userId, ADA_BOB, { type: 'conversation.delete', data: { upToSeq } }, options)
const readBy = (userId: number, upToSeq: number) =>
  otherCommand(userId, ADA_BOB, { type: 'messages.read', data: { upToSeq } })

/** Ada's conversations with `count` users of their own, as the pages bring them. */
async function pagesOf(viewer: number, limit: number, archived = false): Promise<string[][]> {
  const pages: string[][] = []
  let cursor: ConversationCursor | undefined
  do {
    const page = await listConversations(db, { viewer, archived, limit, cursor })
    pages.push(page.conversations.map(conversation => conversation.id))
    cursor = page.nextCursor
  } while (cursor)
  return pages
}

test('conversations are paged pinned first, then by newest activity, each once', async () => {
  // Ada is the second participant for users below 100 and the first for those above; activity one microsecond apart.
  await database.pool.query(`
    INSERT INTO users (id) SELECT n FROM generate_series(50, 150) AS n;
    INSERT INTO conversations (participant1_id, participant2_id, created_at, last_message_at,
      participant1_pinned, participant2_pinned)
    SELECT least(n, 100), greatest(n, 100), '2020-01-01',
      CASE WHEN n % 7 = 0 THEN NULL ELSE '2025-01-01'::timestamptz + (n / 3) * interval '1 microsecond' END,
      n > 100 AND n % 10 = 0, n < 100 AND n % 10 = 0
    FROM generate_series(50, 150) AS n WHERE n <> 100`)
  const { rows } = await database.pool.query(`
    SELECT id FROM conversations
    ORDER BY participant1_pinned OR participant2_pinned DESC, coalesce(last_message_at, created_at) DESC, id DESC`)
  const expected = rows.map(row => row.id)
  for (const limit of [7, 33, 100]) expect((await pagesOf(100, limit)).flat()).toEqual(expected)
  expect((await pagesOf(100, 33)).map(page => page.length)).toEqual([33, 33, 33, 1])
  expect((await pagesOf(100, 50)).map(page => page.length)).toEqual([50, 50])
})

test('a pin, an archive and a deletion count for their owner alone', async () => {
  await storeTexts(db, ADA, BOB, ['older'])
  await storeTexts(db, ADA, EVE, ['newer'])
  await store(db, otherCommand(ADA, ADA_BOB, { type: 'conversation.configure', data: { pinned: true } }))
  expect(await pagesOf(ADA, 10)).toEqual([[ADA_BOB, ADA_EVE]])

  await store(db, otherCommand(ADA, ADA_EVE, { type: 'conversation.configure', data: { archived: true } }))
  expect(await pagesOf(ADA, 10)).toEqual([[ADA_BOB]])
  expect(await pagesOf(ADA, 10, true)).toEqual([[ADA_EVE]])
  expect(await pagesOf(EVE, 10)).toEqual([[ADA_EVE]])
  expect(await pagesOf(EVE, 10, true)).toEqual([[]])

  await store(db, clearFor(ADA, 1))
  expect(await pagesOf(ADA, 10)).toEqual([[]])
  expect(await pagesOf(BOB, 10)).toEqual([[ADA_BOB]])
})

test('a conversation is shown from the caller’s side', async () => {
  const [, last] = await storeTexts(db, ADA, BOB, ['one', 'two'])
  const ofBob = await findConversation(db, ADA_BOB, BOB)
  expect(ofBob?.hidden).toBe(false)
  expect(conversationSchema.parse(ofBob?.conversation)).toEqual({
    id: ADA_BOB,
    participant1Id: ADA,
    participant2Id: BOB,
    otherUser: { id: ADA, username: 'user1', name: 'User 1', avatarUrl: null },
    lastMessage: last,
    lastMessageAt: last?.createdAt,
    unreadCount: 2,
    pinned: false,
    muted: false,
    archived: false,
    lastSeq: 2,
    version: 2,
    clearedSeq: 0,
    createdAt: expect.any(String),
    updatedAt: expect.any(String),
  })
  const ofAda = await findConversation(db, ADA_BOB, ADA)
  expect(ofAda?.conversation).toMatchObject({ otherUser: { id: BOB, username: 'user2' }, unreadCount: 0 })
  const [listed] = (await listConversations(db, { viewer: BOB, archived: false, limit: 1 })).conversations
  expect(listed).toEqual(ofBob?.conversation)
})

test('the last message is the last one that the caller has not deleted', async () => {
  const [first, second] = await storeTexts(db, ADA, BOB, ['one', 'two'])
  const lastFor = async (viewer: number) =>
    (await findConversation(db, ADA_BOB, viewer))?.conversation.lastMessage?.textContent
  await store(db, deleteFor(BOB, second?.id as string))
  expect([await lastFor(ADA), await lastFor(BOB)]).toEqual(['two', 'one'])
  await store(db, deleteFor(BOB, first?.id as string))
  expect(await lastFor(BOB)).toBeUndefined()
  await store(db, clearFor(ADA, 2))
  expect([await lastFor(ADA), (await findConversation(db, ADA_BOB, ADA))?.hidden]).toEqual([undefined, true])
})

const seqsOf = async (viewer: number, range: MessageRange, limit = 3) => {
  const page = await listMessages(db, { conversationId: ADA_BOB, viewer, limit, range })
  return page && [page.messages.map(message => message.seq), page.hasMore]
}

test('messages are paged by offset and by seq in either direction', async () => {
  const sent = await storeTexts(db, ADA, BOB, texts(7))
  expect(await seqsOf(BOB, { offset: 0 })).toEqual([[7, 6, 5], true])
  expect(await seqsOf(BOB, { offset: 3 })).toEqual([[4, 3, 2], true])
  expect(await seqsOf(BOB, { offset: 6 })).toEqual([[1], false])
  expect(await seqsOf(BOB, { offset: 7 })).toEqual([[], false])
  expect(await seqsOf(BOB, { before: 5 })).toEqual([[4, 3, 2], true])
  expect(await seqsOf(BOB, { before: 4 })).toEqual([[3, 2, 1], false])
  expect(await seqsOf(BOB, { before: 1 })).toEqual([[], false])
  expect(await seqsOf(BOB, { after: 0 })).toEqual([[1, 2, 3], true])
  expect(await seqsOf(BOB, { after: 4 })).toEqual([[5, 6, 7], false])
  expect(await seqsOf(BOB, { after: 99 })).toEqual([[], false])
  const page = await listMessages(db, {
    conversationId: ADA_BOB,
    viewer: BOB,
    limit: 9,
    range: { after: 0 },
  })
  expect(page?.messages).toEqual(sent)
  expect(messageSchema.parse(page?.messages[0])).toEqual(sent[0])
})

test('pages leave out what the caller deleted, and count none of it', async () => {
  const sent = await storeTexts(db, ADA, BOB, texts(7))
  await store(db, clearFor(BOB, 2), deleteFor(BOB, sent[4]?.id as string))
  expect(await seqsOf(BOB, { offset: 0 })).toEqual([[7, 6, 4], true])
  expect(await seqsOf(BOB, { offset: 3 })).toEqual([[3], false])
  expect(await seqsOf(BOB, { after: 0 })).toEqual([[3, 4, 6], true])
  expect(await seqsOf(ADA, { offset: 0 }, 10)).toEqual([[7, 6, 5, 4, 3, 2, 1], false])
})

test('a conversation that holds nothing is an empty page, one that was deleted is none', async () => {
  await store(db, otherCommand(ADA, ADA_BOB, { type: 'conversation.open', data: { recipientId: BOB } }))
  expect(await seqsOf(ADA, { offset: 0 })).toEqual([[], false])
  await storeTexts(db, BOB, ADA, ['hi'])
  await store(db, clearFor(ADA, 1, { acceptedInMs: 10 }))
  expect(await seqsOf(ADA, { offset: 0 })).toBeUndefined()
  expect(await seqsOf(BOB, { offset: 0 })).toEqual([[1], false])
  await store(db, clearFor(BOB, 1, { acceptedInMs: 10 }))
  expect(await seqsOf(BOB, { offset: 0 })).toBeUndefined()
})

const changesAfter = async (viewer: number, after: number, limit = 10) => {
  const page = await listChanges(db, { conversationId: ADA_BOB, viewer, after, limit })
  return (
    page && {
      ...page,
      changes: page.changes.map(change => [change.version, change.seq, 'deleted' in change]),
    }
  )
}

test('changes come once each, in the order of their versions, with what the caller deleted', async () => {
  const sent = await storeTexts(db, ADA, BOB, texts(4))
  await store(db, readBy(BOB, 2))
  await store(db, deleteFor(BOB, sent[2]?.id as string))
  expect(await changesAfter(BOB, 0)).toEqual({
    changes: [
      [4, 4, false],
      [5, 1, false],
      [6, 2, false],
      [7, 3, true],
    ],
    hasMore: false,
    clearedSeq: 0,
  })
  expect((await changesAfter(ADA, 6))?.changes).toEqual([[7, 3, false]])
  expect(await changesAfter(ADA, 4, 2)).toEqual({
    changes: [
      [5, 1, false],
      [6, 2, false],
    ],
    hasMore: true,
    clearedSeq: 0,
  })
  expect((await changesAfter(ADA, 5, 2))?.hasMore).toBe(false)
  expect(await changesAfter(ADA, 7)).toEqual({ changes: [], hasMore: false, clearedSeq: 0 })
  const page = await listChanges(db, { conversationId: ADA_BOB, viewer: BOB, after: 0, limit: 10 })
  expect(page?.changes.at(-1)).toEqual({ id: sent[2]?.id, seq: 3, version: 7, deleted: true })
  expect(page?.changes[1]).toMatchObject({ id: sent[0]?.id, status: 'read', textContent: 'text 1' })
})

test('changes tell how far the conversation was cleared, and what was cleared is deleted', async () => {
  await storeTexts(db, ADA, BOB, texts(3))
  await store(db, clearFor(BOB, 2))
  expect(await changesAfter(BOB, 0)).toEqual({
    changes: [
      [1, 1, true],
      [2, 2, true],
      [3, 3, false],
    ],
    hasMore: false,
    clearedSeq: 2,
  })
  expect((await changesAfter(ADA, 0))?.clearedSeq).toBe(0)
})

test('unread counts fall by what is read, deleted or cleared, and never by what one sent', async () => {
  const fromAda = await storeTexts(db, ADA, BOB, texts(5))
  await storeTexts(db, EVE, BOB, texts(2))
  await storeTexts(db, BOB, ADA, ['mine'])
  const unread = async (viewer = BOB) => {
    const { conversations } = await listConversations(db, { viewer, archived: false, limit: 10 })
    const total = conversations.reduce((sum, conversation) => sum + conversation.unreadCount, 0)
    const counted = await countUnread(db, viewer)
    expect(counted.total).toBe(total)
    return counted
  }
  expect(await unread()).toEqual({ total: 7, conversations: 2 })
  expect(await unread(ADA)).toEqual({ total: 1, conversations: 1 })
  await store(db, readBy(BOB, 1))
  expect(await unread()).toEqual({ total: 6, conversations: 2 })
  await store(db, deleteFor(BOB, fromAda[1]?.id as string))
  expect(await unread()).toEqual({ total: 5, conversations: 2 })
  await store(db, deleteFor(ADA, fromAda[2]?.id as string))
  expect(await unread()).toEqual({ total: 5, conversations: 2 })
  await store(db, clearFor(BOB, 4))
  expect(await unread()).toEqual({ total: 3, conversations: 2 })
  await store(db, clearFor(BOB, 6, { acceptedInMs: 10 }))
  expect(await unread()).toEqual({ total: 2, conversations: 1 })
  expect(await unread(UMA)).toEqual({ total: 0, conversations: 0 })
})

test('a message is found by its two users until they delete it', async () => {
  const [first, second] = await storeTexts(db, ADA, BOB, ['one', 'two'])
  const [firstId, secondId] = [first?.id as string, second?.id as string]
  expect(await findMessage(db, firstId, ADA)).toEqual(first)
  expect(await findMessage(db, firstId, BOB)).toEqual(first)
  await store(db, deleteFor(ADA, firstId))
  expect(await findMessage(db, firstId, ADA)).toBeUndefined()
  expect(await findMessage(db, firstId, BOB)).toMatchObject({ id: firstId, version: 3 })
  await store(db, clearFor(BOB, 1))
  expect(await findMessage(db, firstId, BOB)).toBeUndefined()
  expect(await findMessage(db, secondId, BOB)).toEqual(second)
})

test('strangers find nothing, and neither does anybody in what does not exist', async () => {
  const [message] = await storeTexts(db, ADA, BOB, ['secret'])
  for (const [conversationId, viewer, messageId] of [
    [ADA_BOB, EVE, message?.id as string],
    [newId(), ADA, newId()],
  ] as const) {
    const page = { conversationId, viewer, limit: 10 }
    expect(await findConversation(db, conversationId, viewer)).toBeUndefined()
    expect(await listMessages(db, { ...page, range: { offset: 0 } })).toBeUndefined()
    expect(await listMessages(db, { ...page, range: { after: 0 } })).toBeUndefined()
    expect(await listChanges(db, { ...page, after: 0 })).toBeUndefined()
    expect(await findMessage(db, messageId, viewer)).toBeUndefined()
  }
  expect(await pagesOf(EVE, 10)).toEqual([[]])
})

test('conversations, participants and users are found by what names them', async () => {
  const [message] = await storeTexts(db, BOB, ADA, ['hi'])
  expect(await findConversationIdOfPair(db, BOB, ADA)).toBe(ADA_BOB)
  expect(await findConversationIdOfPair(db, ADA, BOB)).toBe(ADA_BOB)
  expect(await findConversationIdOfPair(db, ADA, DAN)).toBeUndefined()
  expect(await findConversationIdOfMessage(db, message?.id as string)).toBe(ADA_BOB)
  expect(await findConversationIdOfMessage(db, newId())).toBeUndefined()
  expect(await findParticipants(db, ADA_BOB)).toEqual([ADA, BOB])
  expect(await findParticipants(db, newId())).toBeUndefined()
  expect([await userExists(db, ADA), await userExists(db, 999)]).toEqual([true, false])
})

test('the first outcome of a command stands, until it is old', async () => {
  const [first, second] = [newId(), newId()]
  const good = { ok: true, conversationId: ADA_BOB, created: true } as const
  const bad = { ok: false, code: 'rejected', detail: 'it says "no", \\ and {so on}' } as const
  await insertCommandOutcomes(db, [
    { commandId: first, outcome: good },
    { commandId: second, outcome: bad },
    { commandId: second, outcome: good },
  ])
  await insertCommandOutcomes(db, [{ commandId: first, outcome: bad }])
  const found = await findCommandOutcomes(db, [first, second, newId()])
  expect(found).toEqual(
    new Map<string, object>([
      [first, good],
      [second, bad],
    ]),
  )
  await database.pool.query(
    `UPDATE chat_command_outcomes SET created_at = now() - interval '11 minutes' WHERE command_id = $1`,
    [first],
  )
  await deleteOldCommandOutcomes(db)
  expect([...(await findCommandOutcomes(db, [first, second])).keys()]).toEqual([second])
})
