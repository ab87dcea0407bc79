import { signToken } from '../../../../shared/auth.ts'
import { sleep } from '../../../../shared/lifecycle.ts'
import { createOrderCheck } from '../../load/check-order.ts'
import type { OpenPair, People } from '../../load/connect-pairs.ts'
import type { Pair, Target } from '../../load/load-protocol.ts'
import { createPoster, createSender, type PostMessage } from '../../load/post-message.ts'
import { type Device, type Fleet, type Frame, keepConnected } from './device.ts'

/** Everybody: those who write, whose tokens post, and those who listen, each with a device. */
export interface OpenFleet extends Fleet {
  ingressUrl: string
  people: People
  devices: Device[]
  post: PostMessage
  open: number
  pongs: number
}

const TOKEN_LIFETIME_SECONDS = 86_400
/** Handshakes under way while the sockets are opened for the first time. */
const HANDSHAKES_AT_ONCE = 200
const LOOK_INTERVAL_MS = 5

export async function signFleet(target: Target, pairs: Pair[]): Promise<OpenFleet> {
  const sign = (userId: number) => signToken(target.jwtSecret, userId, TOKEN_LIFETIME_SECONDS)
  const people: People = { pairs: [], checks: [], onPush: () => {}, broken: undefined }
  const devices: Device[] = []
  for (const [index, pair] of pairs.entries()) {
    const sender = createSender(await sign(pair.senderId), pair.recipientId)
    people.pairs.push({ ...pair, sender, total: { ...pair, attempted: 0, accepted: 0 } } satisfies OpenPair)
    people.checks.push(createOrderCheck())
    const token = await sign(pair.recipientId)
    devices.push({ index, userId: pair.recipientId, token, socket: undefined, version: 0 })
  }
  const fleet: OpenFleet = {
    ...{ gatewayUrl: target.gatewayUrl, ingressUrl: target.ingressUrl, people, devices },
    ...{ post: createPoster(target.ingressUrl).post, failures: {}, open: 0, pongs: 0 },
    onOpen: () => {},
    onLost: () => {},
    onFrame: (device, frame) => take(fleet, device, frame),
  }
  return fleet
}

function take(fleet: OpenFleet, device: Device, { type, data }: Frame): void {
  if (type === 'pong') fleet.pongs++
  if (type !== 'newMessage') return
  fleet.people.checks[device.index]?.see(data.seq)
  if (data.version === device.version + 1) device.version++
  fleet.people.onPush(data.id)
}

/** Opens all sockets, some at a time. Gives how long each handshake took. */
export async function connectFleet(fleet: OpenFleet): Promise<number[]> {
  const handshakesMs: number[] = []
  let begun = 0
  fleet.onOpen = (_, handshakeMs) => {
    handshakesMs.push(handshakeMs)
    fleet.open++
    begin()
  }
  fleet.onLost = ({ userId }) => {
    fleet.open--
    fleet.people.broken ??= `the socket of user ${userId} was closed`
  }
  const begin = () => {
    const device = fleet.devices[begun++]
    if (device) keepConnected(device, fleet)
  }
  for (let n = 0; n < HANDSHAKES_AT_ONCE; n++) begin()
  while (fleet.open < fleet.devices.length) await sleep(LOOK_INTERVAL_MS)
  return handshakesMs
}
