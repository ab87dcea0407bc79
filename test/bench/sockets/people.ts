import pg from 'pg'
import { conversationIdOf } from '../../../shared/contract/identifiers.ts'
import { createRandom } from '../../faults/random.ts'
import type { Pair } from '../load/load-protocol.ts'
import { addUsers, choosePairs } from '../systems/people.ts'

/** One who writes and one who listens for each socket, with the conversation they have had before, in random order. */
export async function addPeople(databaseUrl: string, sockets: number): Promise<Pair[]> {
  const pairs = choosePairs(sockets)
  await addUsers(databaseUrl, pairs)
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(
      `INSERT INTO conversations (id, participant1_id, participant2_id)
       SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[])`,
      [
        pairs.map(({ senderId, recipientId }) => conversationIdOf(senderId, recipientId)),
        pairs.map(({ senderId, recipientId }) => Math.min(senderId, recipientId)),
        pairs.map(({ senderId, recipientId }) => Math.max(senderId, recipientId)),
      ],
    )
    await client.query('ANALYZE')
  } finally {
    await client.end()
  }
  return createRandom('bench:sockets').shuffle(pairs)
}
