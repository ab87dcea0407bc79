import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runCli } from '../../infra/cli/main.ts'
import { storeCommands } from '../../services/persister/store-commands.ts'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import { connectDatabase, type DatabaseHandle } from '../../shared/database/connect.ts'
import { createLoginRoles, migrateDown, migrateUp } from '../../shared/database/migrate.ts'
import {
  deleteOldCommandOutcomes,
  findCommandOutcomes,
} from '../../shared/database/queries/command-outcomes.ts'
import { countUnread } from '../../shared/database/queries/count-unread.ts'
import { findConversation } from '../../shared/database/queries/find-conversation.ts'
import { findMessage } from '../../shared/database/queries/find-message.ts'
import { listChanges } from '../../shared/database/queries/list-changes.ts'
import { listConversations } from '../../shared/database/queries/list-conversations.ts'
import { listMessages } from '../../shared/database/queries/list-messages.ts'
import { userExists } from '../../shared/database/queries/user-exists.ts'
import { scramVerifier } from '../../shared/database/scram-verifier.ts'
import { ADA, BOB, EVE, otherCommand, sendCommand, workOf } from '../support/commands.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

const ADA_BOB = conversationIdOf(ADA, BOB)
const INSUFFICIENT_PRIVILEGE = expect.objectContaining({ code: '42501' })
const parts = new AsyncDisposableStack()
let owner: TestDatabase
let ingress: DatabaseHandle
let persister: DatabaseHandle

const passwords = { ingressPassword: "it's \\ secret", persisterPassword: 'other' }

beforeAll(async () => {
  owner = parts.use(await createTestDatabase())
  await createLoginRoles(owner.url, passwords)
  ingress = parts.use(connectAs('chat_ingress', passwords.ingressPassword))
  persister = parts.use(connectAs('chat_persister', passwords.persisterPassword))
})
afterAll(() => parts.disposeAsync())

function connectAs(username: string, password: string): DatabaseHandle {
  const url = new URL(owner.url)
  url.username = username
  url.password = encodeURIComponent(password)
  return connectDatabase(
    { DATABASE_URL: url.href, DATABASE_POOL_SIZE: 1, DATABASE_STATEMENT_TIMEOUT_MS: 10_000 },
    'test',
  )
}

test('the persister stores every kind of command, and what the ingress asks for it may read', async () => {
  const send = sendCommand(ADA, BOB, { textContent: 'hi' }, { reportOutcome: true })
  const commands = [
    send,
    otherCommand(BOB, ADA_BOB, { type: 'messages.delivered', data: { upToSeq: 1 } }),
    otherCommand(BOB, ADA_BOB, { type: 'messages.read', data: { upToSeq: 1 } }),
    otherCommand(BOB, ADA_BOB, { type: 'typing.set', data: { isTyping: true } }),
    otherCommand(BOB, ADA_BOB, { type: 'conversation.configure', data: { pinned: true } }),
    otherCommand(BOB, ADA_BOB, { type: 'message.delete', data: { messageId: send.data.id } }),
    otherCommand(ADA, conversationIdOf(ADA, EVE), { type: 'conversation.open', data: { recipientId: EVE } }),
    otherCommand(BOB, ADA_BOB, { type: 'conversation.delete', data: { upToSeq: 1 } }),
  ]
  const results = await storeCommands(
    persister.db,
    commands.map(command => workOf(command)),
  )
  expect(results.map(result => result.ok)).toEqual(commands.map(() => true))
  await deleteOldCommandOutcomes(persister.db)

  const viewer = ADA
  const { db } = ingress
  expect((await findCommandOutcomes(db, [send.id])).get(send.id)).toMatchObject({ ok: true, created: true })
  expect((await listConversations(db, { viewer, archived: false, limit: 5 })).conversations).toHaveLength(2)
  expect((await findConversation(db, ADA_BOB, viewer))?.conversation.otherUser.username).toBe('user2')
  expect(await findMessage(db, send.data.id, viewer)).toMatchObject({ status: 'read' })
  expect(await countUnread(db, viewer)).toEqual({ total: 0, conversations: 0 })
  expect(await userExists(db, EVE)).toBe(true)
  const page = { conversationId: ADA_BOB, viewer, limit: 5 }
  expect((await listMessages(db, { ...page, range: { offset: 0 } }))?.messages).toHaveLength(1)
  expect((await listChanges(db, { ...page, after: 0 }))?.changes).toHaveLength(1)
})

const INSERT_MESSAGE = `INSERT INTO messages (conversation_id, sender_id, recipient_id, content_type, text_content, seq, version)
  VALUES ('${ADA_BOB}', 1, 2, 'text', 'x', 99, 99)`

test.each([
  'INSERT INTO conversations (participant1_id, participant2_id) VALUES (3, 4)',
  'UPDATE conversations SET participant1_pinned = TRUE',
  'DELETE FROM conversations',
  'SELECT * FROM conversations FOR UPDATE',
  INSERT_MESSAGE,
  "UPDATE messages SET text_content = 'x'",
  'DELETE FROM messages',
  'TRUNCATE messages',
  "INSERT INTO chat_command_outcomes (command_id, outcome) VALUES (gen_random_uuid(), '{}')",
  'DELETE FROM chat_command_outcomes',
  "INSERT INTO users (username) VALUES ('mallory')",
  "UPDATE users SET name = 'x'",
  'DELETE FROM users',
  "UPDATE chat_users SET name = 'x'",
  'CREATE TABLE stolen (id INT)',
  'ALTER TABLE messages ADD COLUMN x INT',
  'SELECT * FROM users',
])('the ingress may not: %s', async statement => {
  await expect(ingress.pool.query(statement)).rejects.toEqual(INSUFFICIENT_PRIVILEGE)
})

test.each([
  'DELETE FROM messages',
  'DELETE FROM conversations',
  'TRUNCATE messages',
  "INSERT INTO users (username) VALUES ('mallory')",
  "UPDATE users SET name = 'x'",
  "UPDATE chat_users SET name = 'x'",
  'SELECT * FROM users',
  'DROP TABLE messages',
  'CREATE TABLE stolen (id INT)',
])('the persister may not: %s', async statement => {
  await expect(persister.pool.query(statement)).rejects.toEqual(INSUFFICIENT_PRIVILEGE)
})

test('login roles can be made again, with another password', async () => {
  await createLoginRoles(owner.url, { ...passwords, ingressPassword: 'new' })
  await using again = connectAs('chat_ingress', 'new')
  expect(await userExists(again.db, ADA)).toBe(true)
  await using old = connectAs('chat_ingress', passwords.ingressPassword)
  await expect(userExists(old.db, ADA)).rejects.toMatchObject({ code: '28P01' })
})

test('growzone-chat logins sets the passwords, itself logged in by PGUSER and PGPASSWORD', async () => {
  const url = new URL(owner.url)
  vi.stubEnv('PGUSER', decodeURIComponent(url.username))
  vi.stubEnv('PGPASSWORD', decodeURIComponent(url.password))
  const DATABASE_URL = Object.assign(url, { username: '', password: '' }).href
  const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const exitCode = await runCli(['logins'], {
    ...{ DATABASE_URL, INGRESS_DATABASE_PASSWORD: 'by the cli', PERSISTER_DATABASE_PASSWORD: 'other' },
  })
  vi.unstubAllEnvs()
  expect(said.mock.calls).toEqual([['chat_ingress, chat_persister: may log in\n']])
  said.mockRestore()
  expect(exitCode).toBe(0)
  await using ingress = connectAs('chat_ingress', 'by the cli')
  expect(await userExists(ingress.db, ADA)).toBe(true)
})

test('PostgreSQL is given a verifier of a password, as it would make itself', async () => {
  const sent = await owner.pool.query("SELECT rolpassword FROM pg_authid WHERE rolname = 'chat_persister'")
  const [, salt = ''] = sent.rows[0].rolpassword.split(/[$:]/).slice(1)
  expect(sent.rows[0].rolpassword).toBe(scramVerifier('other', Buffer.from(salt, 'base64')))
  await owner.pool.query("ALTER ROLE chat_persister PASSWORD 'other'")
  const own = await owner.pool.query("SELECT rolpassword FROM pg_authid WHERE rolname = 'chat_persister'")
  const [, ownSalt = ''] = own.rows[0].rolpassword.split(/[$:]/).slice(1)
  expect(own.rows[0].rolpassword).toBe(scramVerifier('other', Buffer.from(ownSalt, 'base64')))
})

test('down takes the rights back, and up gives them again', async () => {
  await using db = await createTestDatabase()
  const mayRead = async () => {
    const { rows } = await db.pool.query(
      `SELECT coalesce(bool_or(has_table_privilege(rolname, 'messages', 'SELECT')), FALSE) AS may
       FROM pg_roles WHERE rolname = 'chat_reader'`,
    )
    return rows[0].may
  }
  expect(await mayRead()).toBe(true)
  await migrateDown(db.url)
  await migrateDown(db.url)
  expect(await migrateDown(db.url)).toEqual(['003-users-view-and-roles'])
  expect(await mayRead()).toBe(false)
  await migrateUp(db.url)
  expect(await mayRead()).toBe(true)
})
