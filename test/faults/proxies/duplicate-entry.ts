import type { Random } from '../random.ts'
import type { Call } from './http-proxy.ts'

/** A batch of one: some entry of a batch that was sent, under another deduplication id, so that the queue takes it again. */
export function duplicateOf(
  operation: string,
  call: Call,
  deduplicationId: string,
  random: Random,
): Call | undefined {
  if (operation === 'SendMessageBatch') return duplicateSend(call, deduplicationId, random)
  if (operation === 'PublishBatch') return duplicatePublish(call, deduplicationId, random)
  return undefined
}

function duplicateSend(call: Call, deduplicationId: string, random: Random): Call {
  const batch = JSON.parse(call.body.toString())
  const entries = batch.Entries as { MessageBody: string }[]
  // Messages are many; what is rare is to come twice, too.
  const rare = entries.filter(({ MessageBody }) => !/"type":"message(s\.|\.send)/.test(MessageBody))
  const entry = { ...random.pick(rare.length > 0 ? rare : entries), MessageDeduplicationId: deduplicationId }
  return { ...call, body: Buffer.from(JSON.stringify({ ...batch, Entries: [entry] })) }
}

function duplicatePublish(call: Call, deduplicationId: string, random: Random): Call {
  const form = [...new URLSearchParams(call.body.toString())]
  const entries = new Set(form.flatMap(([name]) => name.match(/Entries\.member\.(\d+)\./)?.[1] ?? []))
  const chosen = random.pick([...entries])
  const kept = form.filter(([name]) => !/Entries\.member\./.test(name) || name.includes(`.member.${chosen}.`))
  const again = kept.map(([name, value]): [string, string] => [
    name,
    name.endsWith('.MessageDeduplicationId') ? deduplicationId : value,
  ])
  return { ...call, body: Buffer.from(new URLSearchParams(again).toString()) }
}
