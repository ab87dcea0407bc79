import { sleep } from '../../../shared/lifecycle.ts'
import type { ClientRecords } from '../check/run-record.ts'
import type { History } from '../history.ts'
import type { Random } from '../random.ts'
import type { Device } from './device.ts'

const PAUSE_MS = 500

/** Somebody who knows the ids of others' conversations and messages, and tries what they give. */
export async function pry(options: {
  device: Device
  conversationIds: string[]
  records: ClientRecords
  history: History
  random: Random
  signal: AbortSignal
}): Promise<void> {
  const { device, records, history, random, signal } = options
  while (!signal.aborted) {
    await sleep(PAUSE_MS, signal)
    const conversationId = random.pick(options.conversationIds)
    const message = records.sends.at(-1)
    const path = random.pick([
      `/conversations/${conversationId}`,
      `/conversations/${conversationId}/messages`,
      `/conversations/${conversationId}/changes`,
      `/messages/${message?.id}`,
    ])
    if (message === undefined) continue
    const answer = await device.rest.call('GET', path).catch(() => undefined)
    if (answer?.status === 200)
      history.note({ where: device.name, what: `200 for ${path}`, conversationId: message.conversationId })
    await device.socket.request('typing', { conversationId, isTyping: true }).catch(() => {})
  }
}
