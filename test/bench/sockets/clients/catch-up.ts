import { Pool } from 'undici'
import { forEachConcurrently } from '../../../../shared/concurrently.ts'
import { conversationIdOf } from '../../../../shared/contract/identifiers.ts'
import type { Message } from '../../../../shared/contract/objects.ts'
import type { CatchUpResult } from './clients-protocol.ts'
import type { Device } from './device.ts'
import type { OpenFleet } from './open-fleet.ts'
import type { StormRecord } from './storm-record.ts'

const REQUESTS_AT_ONCE = 16
const PAGE = 100

/** Who misses something asks for the changes, as an app does; and some hold their whole list against what was sent. */
export async function catchUp(
  fleet: OpenFleet,
  record: StormRecord,
  sampled: number,
): Promise<CatchUpResult> {
  const missing = record.missing()
  const missed = countAll(missing)
  await using ingress = openIngress(fleet)
  await forEachConcurrently([...missing.keys()], REQUESTS_AT_ONCE, async index => {
    for (const { id } of await ingress.changesOf(index)) record.received(id)
  })
  const step = Math.max(1, Math.floor(fleet.devices.length / sampled))
  const sample = fleet.devices.filter((_, index) => index % step === 0).slice(0, sampled)
  let differing = 0
  await forEachConcurrently(sample, REQUESTS_AT_ONCE, async ({ index }) => {
    const total = fleet.people.pairs[index]?.total
    const seqs = (await ingress.messagesOf(index)).map(message => message.seq)
    const isWhole = seqs.every((seq, place) => seq === seqs.length - place)
    const { accepted = 0, attempted = 0 } = total ?? {}
    differing += Number(!isWhole || seqs.length < accepted || seqs.length > attempted)
  })
  return {
    ...{ behind: missing.size, missed, lost: countAll(record.missing()) },
    ...{ sampled: sample.length, differing },
  }
}

function openIngress({ ingressUrl, people, devices }: OpenFleet) {
  const pool = new Pool(ingressUrl, { connections: REQUESTS_AT_ONCE })

  async function get(
    index: number,
    path: string,
  ): Promise<{ data: Message[]; page: Record<string, number> }> {
    const { token } = devices[index] as Device
    const { senderId, recipientId } = people.pairs[index] as OpenFleet['people']['pairs'][number]
    const conversationId = conversationIdOf(senderId, recipientId)
    const { statusCode, body } = await pool.request({
      method: 'GET',
      path: `/api/v1/chat/conversations/${conversationId}/${path}`,
      headers: { authorization: `Bearer ${token}` },
    })
    if (statusCode === 404) return { data: [], page: {} }
    if (statusCode !== 200) throw new Error(`GET ${path} was answered ${statusCode}: ${await body.text()}`)
    return (await body.json()) as { data: Message[]; page: Record<string, number> }
  }

  return {
    async changesOf(index: number): Promise<Message[]> {
      const changes: Message[] = []
      let after = devices[index]?.version ?? 0
      for (;;) {
        const { data, page } = await get(index, `changes?after=${after}&limit=${PAGE}`)
        changes.push(...data)
        if (!page.hasMore) return changes
        after = page.nextAfter as number
      }
    },
    async messagesOf(index: number): Promise<Message[]> {
      const messages: Message[] = []
      for (let query = `messages?limit=${PAGE}`; ; ) {
        const { data, page } = await get(index, query)
        messages.push(...data)
        if (!page.hasMore) return messages
        query = `messages?limit=${PAGE}&before=${page.nextBefore}`
      }
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  }
}

function countAll(missing: Map<number, string[]>): number {
  return [...missing.values()].reduce((sum, ids) => sum + ids.length, 0)
}
