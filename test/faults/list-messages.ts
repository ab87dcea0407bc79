import type { DeviceState } from './check/run-record.ts'
import type { Device } from './clients/device.ts'

const PAGE = 100

/** Asks for every message of every conversation of a user, page by page, as a new device would. */
export async function listMessages({ rest, store }: Device): Promise<DeviceState['listed']> {
  const listed: DeviceState['listed'] = new Map()
  for (const { id } of store.conversations.values()) {
    const ids: string[] = []
    for (let after: number | undefined = 0; after !== undefined; ) {
      const { status, body } = await rest.call(
        'GET',
        `/conversations/${id}/messages?after=${after}&limit=${PAGE}`,
      )
      if (status === 404) break
      if (status !== 200) throw new Error(`GET messages was answered ${status}`)
      ids.push(...body.data.map((message: { id: string }) => message.id))
      after = body.page.hasMore ? body.page.nextAfter : undefined
    }
    listed.set(id, ids)
  }
  return listed
}
