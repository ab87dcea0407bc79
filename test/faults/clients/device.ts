import { signToken } from '../../../shared/auth.ts'
import { DEVELOPMENT_JWT_SECRET } from '../../../shared/config.ts'
import type { ClientRecords } from '../check/run-record.ts'
import type { Entry, History } from '../history.ts'
import type { Random } from '../random.ts'
import { type CatchUp, createCatchUp } from './catch-up.ts'
import { type Applied, createDeviceStore, type DeviceStore } from './device-store.ts'
import { createRestClient, type RestClient } from './rest-client.ts'
import { createSocketClient, type Frame, type SocketClient } from './socket-client.ts'

/** A device with a careful app: a socket that heals, a store that misses nothing, REST beside it. */
export interface Device {
  readonly name: string
  readonly userId: number
  readonly store: DeviceStore
  readonly socket: SocketClient
  readonly rest: RestClient
  readonly catchUp: CatchUp
  close(): Promise<void>
}

export interface DeviceOptions {
  name: string
  userId: number
  gatewayUrl: string
  ingressUrls: string[]
  records: ClientRecords
  history: History
  random: Random
}

type About = Omit<Entry, 'at' | 'where' | 'what'>

const TOKEN_LIFETIME_SECONDS = 4 * 3600

export async function createDevice(options: DeviceOptions): Promise<Device> {
  const { name, userId, history, records } = options
  const token = await signToken(DEVELOPMENT_JWT_SECRET, userId, TOKEN_LIFETIME_SECONDS)
  const store = createDeviceStore()
  const rest = createRestClient(options.ingressUrls, token, options.random.fork('rest'))
  const note = (what: string, about: About = {}) => history.note({ where: name, what, ...about })
  const catchUp = createCatchUp(rest, store, (conversationId, after, nextAfter, messageIds) =>
    note('changes', { conversationId, messageIds, version: nextAfter, detail: `after ${after}` }),
  )
  const socket = createSocketClient(`${options.gatewayUrl}/?token=${token}`, {
    onOpen() {
      note('socket opened')
      catchUp.all()
    },
    onClose: reason => note('socket closed', { detail: reason }),
    onFrame: take,
  })

  function take(frame: Frame): void {
    const { type, data } = frame
    note(type, aboutOf(frame))
    if (type === 'newMessage') heal(data.conversationId, store.applyMessage(data))
    else if (type === 'messageStatus') heal(data.conversationId, store.applyStatus(data))
    else if (type === 'messageDeleted') heal(data.conversationId, store.applyDeleted(data))
    // Settings have no version, so a frame about them that comes late must not count: it is a hint to look.
    else if (type === 'conversationUpdated') catchUp.conversation(data.id)
    else if (type === 'messageFailed') noteFailure(data)
    else if (type !== 'typing')
      records.unexpected.push({
        device: name,
        what: `frame ${type}`,
        status: 0,
        detail: JSON.stringify(data),
      })
  }

  function heal(conversationId: string, applied: Applied): void {
    if (applied === 'gap') catchUp.changesOf(conversationId)
  }

  function noteFailure({ id, code }: { id: string; code: string }): void {
    const send = records.sends.find(record => record.id === id)
    if (send) send.failed ??= code
    else records.unexpected.push({ device: name, what: 'messageFailed', status: 0, detail: `${id} ${code}` })
  }

  return {
    ...{ name, userId, store, socket, rest, catchUp },
    async close() {
      await Promise.all([socket.close(), catchUp.stop()])
      rest.close()
    },
  }
}

function aboutOf({ type, data }: Frame): About {
  switch (type) {
    case 'newMessage':
      return {
        conversationId: data.conversationId,
        messageIds: [data.id],
        seqs: [data.seq],
        version: data.version,
      }
    case 'messageStatus': {
      const { conversationId, messageIds, seqs, version, status } = data
      return { conversationId, messageIds, seqs, version, detail: status }
    }
    case 'messageDeleted':
      return {
        conversationId: data.conversationId,
        messageIds: [data.id],
        seqs: [data.seq],
        version: data.version,
      }
    case 'conversationUpdated':
      return { conversationId: data.id, version: data.version }
    case 'typing':
      return { conversationId: data.conversationId, detail: `by ${data.userId}` }
    case 'messageFailed':
      return { messageIds: [data.id], detail: data.code }
    default:
      return { detail: JSON.stringify(data) }
  }
}
