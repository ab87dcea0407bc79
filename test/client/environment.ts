import { type ChatClientOptions, createMemoryStorage } from '../../client/src/index.ts'
import { createDevice, type Device, type WatchedConversation } from './device.ts'
import type { Host } from './host.ts'

/** What a scenario is given; the same in Node.js and in a browser. */
export interface Environment {
  host: Host
  /** An app of this user that connects at once. */
  createDevice(userId: number, options?: Partial<ChatClientOptions>): Promise<Device>
  /** A storage that outlives the client, as the platform has it. */
  createStorage(): NonNullable<ChatClientOptions['storage']>
  /** Two users, online, who look at a conversation of theirs that is still empty. */
  createConversation(): Promise<{ id: string; ann: Talker; ben: Talker }>
}

export interface Talker extends Device {
  shown: WatchedConversation
  /** To the other one. */
  say(text: string): ReturnType<Device['sendText']>
}

export type Scenario = (environment: Environment) => Promise<void>
/** By a sentence about what holds. */
export type Scenarios = Record<string, Scenario>

export interface Platform {
  createStorage(): NonNullable<ChatClientOptions['storage']>
}

const LIFETIME_SECONDS = 3_600

export function createEnvironment(host: Host, platform: Platform = { createStorage: createMemoryStorage }) {
  const devices: Device[] = []

  const environment: Environment = {
    host,
    createStorage: platform.createStorage,
    async createDevice(userId, options) {
      const { apiUrl, wsUrl } = await host.addresses()
      const token = await host.signToken(userId, LIFETIME_SECONDS)
      const device = createDevice(userId, { apiUrl, wsUrl, getToken: () => token, ...options })
      devices.push(device)
      return device
    },
    async createConversation() {
      const [annId, benId] = (await host.createUsers(2)) as [number, number]
      const [ann, ben] = await Promise.all([environment.createDevice(annId), environment.createDevice(benId)])
      const { id } = await ann.client.conversations.open(benId)
      const talkers = [talk(ann, id, benId), talk(ben, id, annId)] as const
      for (const { shown } of talkers) await shown.until('it is loaded', isLoaded)
      await Promise.all(talkers.map(talker => talker.untilOnline()))
      return { id, ann: talkers[0], ben: talkers[1] }
    },
  }

  function close(): void {
    for (const { client, network } of devices) {
      client.close()
      network.cut()
      network.restore()
    }
  }

  return { environment, close }
}

function talk(device: Device, conversationId: string, otherId: number): Talker {
  const shown = device.conversation(conversationId)
  return { ...device, shown, say: text => device.sendText(otherId, text) }
}

const isLoaded = ({ conversation, isLoading }: { conversation: unknown; isLoading: boolean }) =>
  conversation !== undefined && !isLoading
