import { afterAll, beforeAll, expect, test } from 'vitest'
import { countUnread } from '../../shared/database/queries/count-unread.ts'
import { listChanges } from '../../shared/database/queries/list-changes.ts'
import { listConversations } from '../../shared/database/queries/list-conversations.ts'
import { listMessages } from '../../shared/database/queries/list-messages.ts'
import { type Statement, statementsOf } from '../bench/reads/measure/explain.ts'
import type { Call } from '../bench/reads/measure/read-cases.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'

/** User 1 has a long conversation with user 2, and short ones with all others, every second of which they cleared. */
const ROWS = `
  INSERT INTO users (id) SELECT generate_series(6, 400);
  INSERT INTO conversations (participant1_id, participant2_id, last_seq, version, participant1_cleared_seq)
  SELECT 1, n, CASE n WHEN 2 THEN 8000 ELSE 4 END, 8000, CASE WHEN n > 2 AND n % 2 = 0 THEN 3 ELSE 0 END
  FROM generate_series(2, 400) AS n;
  INSERT INTO messages (conversation_id, sender_id, recipient_id, content_type, text_content, seq, version, read_at)
  SELECT id, participant2_id, 1, 'text', repeat('x', 100), seq, seq, CASE WHEN seq < last_seq - 1 THEN now() END
  FROM conversations, generate_series(1, last_seq) AS seq ORDER BY md5(seq::text || id);
  VACUUM ANALYZE`

let database: TestDatabase
let conversationId: string
beforeAll(async () => {
  database = await createTestDatabase()
  for (const statement of ROWS.split(';')) await database.pool.query(statement)
  const { rows } = await database.pool.query('SELECT id FROM conversations WHERE participant2_id = 2')
  conversationId = rows[0].id
})
afterAll(() => database[Symbol.asyncDispose]())

interface PlanNode {
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  Plans?: PlanNode[]
}

async function scansOf(call: Call): Promise<PlanNode[]> {
  const [{ text, parameters }] = (await statementsOf(call)) as [Statement]
  const { rows } = await database.pool.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, parameters)
  const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]
  return nodesOf(rows[0]['QUERY PLAN'][0].Plan).filter(node => node['Relation Name'] !== undefined)
}

async function rowsRead(relation: string, call: Call): Promise<number> {
  const scans = (await scansOf(call)).filter(node => node['Relation Name'] === relation)
  const read = scans.map(
    node => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
  )
  return read.reduce((sum, rows) => sum + rows, 0)
}

const LIMIT = 20
const page = () => ({ conversationId, viewer: 1, limit: LIMIT })

test.each([
  ['newest', { offset: 0 }],
  ['before a seq', { before: 4_000 }],
  ['after a seq', { after: 4_000 }],
] as const)('a page of a long conversation, %s, reads no messages but its own', async (_, range) => {
  expect(
    await rowsRead(
      'messages',
      async db => (await listMessages(db, { ...page(), range }))?.messages.length ?? 0,
    ),
  ).toBe(LIMIT + 1)
})

test('changes of a long conversation read no messages but those they tell', async () => {
  expect(
    await rowsRead(
      'messages',
      async db => (await listChanges(db, { ...page(), after: 4_000 }))?.changes.length ?? 0,
    ),
  ).toBe(LIMIT + 1)
})

test('a page of many conversations reads one last message and what is unread of each', async () => {
  const list: Call = async db =>
    (await listConversations(db, { viewer: 1, archived: false, limit: LIMIT })).conversations.length
  expect(await rowsRead('messages', list)).toBeLessThanOrEqual((LIMIT + 1) * 3)
})

test('the unread count reads unread messages alone, and leaves out what was cleared', async () => {
  const count: Call = async db => (await countUnread(db, 1)).total
  expect(await rowsRead('messages', count)).toBe(2 * 399)
  expect(await countUnread(database.db, 1)).toEqual({ total: 2 * 399 - 199, conversations: 399 })
})
