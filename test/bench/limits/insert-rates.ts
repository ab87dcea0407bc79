import pg from 'pg'
import { conversationIdOf, newId } from '../../../shared/contract/identifiers.ts'
import { addUsers, choosePairs } from '../systems/people.ts'

const CLIENTS = 16
const ROWS_PER_STATEMENT = 500
const TEXT = 'x'.repeat(120)

/** Prepared inserts into `messages` as the chat has it, with nothing around them: rows per second. */
export async function measureInserts(
  databaseUrl: string,
  seconds: number,
  signal: AbortSignal,
): Promise<Record<string, number>> {
  await addUsers(databaseUrl, choosePairs(CLIENTS))
  const writers = await Promise.all(choosePairs(CLIENTS).map(pair => connectWriter(databaseUrl, pair)))
  try {
    const rate = (from: Writer[], rowsPerStatement: number) =>
      measureRate(from, rowsPerStatement, seconds, signal)
    return {
      'rows/s, one row per commit, 1 client': await rate(writers.slice(0, 1), 1),
      [`rows/s, one row per commit, ${CLIENTS} clients`]: await rate(writers, 1),
      [`rows/s, ${ROWS_PER_STATEMENT} rows per commit, 1 client`]: await rate(
        writers.slice(0, 1),
        ROWS_PER_STATEMENT,
      ),
    }
  } finally {
    await Promise.all(writers.map(writer => writer.end()))
  }
}

type Writer = Awaited<ReturnType<typeof connectWriter>>

/** Its conversation is made so that the trigger finds no timestamp to raise. */
async function connectWriter(databaseUrl: string, pair: { senderId: number; recipientId: number }) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const users = [pair.senderId, pair.recipientId]
  const conversationId = conversationIdOf(pair.senderId, pair.recipientId)
  await client.query(
    `INSERT INTO conversations (id, participant1_id, participant2_id, last_message_at) VALUES ($1, $2, $3, 'infinity')`,
    [conversationId, ...users],
  )
  let seq = 0
  return {
    async insertOne() {
      await client.query({
        name: 'insert_one',
        text: `INSERT INTO messages (id, conversation_id, sender_id, recipient_id, content_type, text_content, seq, version)
          VALUES ($1, $2, $3, $4, 'text', $5, $6, $6)`,
        values: [newId(), conversationId, ...users, TEXT, ++seq],
      })
    },
    async insertMany(count: number) {
      await client.query({
        name: 'insert_many',
        text: `INSERT INTO messages (id, conversation_id, sender_id, recipient_id, content_type, text_content, seq, version)
          SELECT id, $2, $3, $4, 'text', $5, $6 + nth, $6 + nth FROM unnest($1::uuid[]) WITH ORDINALITY AS input(id, nth)`,
        values: [Array.from({ length: count }, newId), conversationId, ...users, TEXT, seq],
      })
      seq += count
    },
    end: () => client.end(),
  }
}

async function measureRate(
  writers: Writer[],
  rowsPerStatement: number,
  seconds: number,
  signal: AbortSignal,
): Promise<number> {
  const startedAt = performance.now()
  let rows = 0
  await Promise.all(
    writers.map(async writer => {
      while (performance.now() - startedAt < seconds * 1000 && !signal.aborted) {
        await (rowsPerStatement === 1 ? writer.insertOne() : writer.insertMany(rowsPerStatement))
        rows += rowsPerStatement
      }
    }),
  )
  return rows / ((performance.now() - startedAt) / 1000)
}
