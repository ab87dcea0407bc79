import { sleep } from '../../shared/lifecycle.ts'
import type { ClientRecords, DeviceState } from './check/run-record.ts'
import type { Device } from './clients/device.ts'
import type { RestAnswer } from './clients/rest-client.ts'

const PAGE = 100
const ATTEMPTS = 3
const PAUSE_MS = 500

/** Asks for every message of every conversation of a user, page by page, as a new device would. */
export async function listMessages(device: Device, records: ClientRecords): Promise<DeviceState['listed']> {
  const listed: DeviceState['listed'] = new Map()
  for (const id of device.store.conversations.keys()) {
    const ids = await listConversation(device, id, records)
    if (ids) listed.set(id, ids)
  }
  return listed
}

/** Undefined where the user has deleted the conversation. */
async function listConversation({ rest, name }: Device, id: string, records: ClientRecords) {
  const ids: string[] = []
  for (let after: number | undefined = 0, attempt = 1; after !== undefined; ) {
    const path: string = `/conversations/${id}/messages?after=${after}&limit=${PAGE}`
    const unreachable: RestAnswer = { status: 503, body: undefined }
    const { status, body } = await rest.call('GET', path).catch(() => unreachable)
    if (status === 404) return undefined
    if (status === 200) {
      ids.push(...body.data.map((message: { id: string }) => message.id))
      after = body.page.hasMore ? body.page.nextAfter : undefined
    } else if (attempt++ < ATTEMPTS) {
      await sleep(PAUSE_MS)
    } else {
      records.unexpected.push({ device: name, what: `GET ${path}`, status, detail: JSON.stringify(body) })
      return undefined
    }
  }
  return ids
}
