/** All that belongs to one user on one phone. */
import { createContext, useContext, useEffect, useState } from 'react'
import { type ChatClient, createChatClient } from '../../../src/index.ts'
import type { Readable } from '../../../src/types.ts'
import { type Demo, type DemoUser, loadDemo } from '../demo-settings.ts'
import type { Network } from './network.ts'
import { createPhoneStorage } from './phone-storage.ts'
import { createUploads, type Uploads } from './uploads.ts'

export interface Session {
  user: DemoUser
  client: ChatClient
  network: Network
  uploads: Uploads
  /** Messages that wait to be sent. */
  waiting: Readable<number>
  /** What is typed but not sent, by conversation. */
  drafts: Map<string, string>
}

export interface SessionOptions {
  phone: string
  user: DemoUser
  demo: Demo
  network: Network
  /** The token that was typed in, where the stack makes none. */
  pastedToken: string | undefined
}

function createSession({ phone, user, demo, network, pastedToken }: SessionOptions): Session {
  let token = pastedToken ?? user.token ?? ''
  const storage = createPhoneStorage(phone, user.id)
  const client = createChatClient({
    apiUrl: demo.apiUrl,
    wsUrl: demo.wsUrl,
    userId: user.id,
    storage,
    fetch: network.fetch,
    WebSocket: network.WebSocket,
    async getToken({ refresh }) {
      if (refresh && pastedToken === undefined) {
        const { users } = await loadDemo(network.fetch, user.id)
        token = users.find(({ id }) => id === user.id)?.token ?? token
      }
      return token
    },
  })
  const uploads = createUploads(client, network)
  return { user, client, network, uploads, waiting: storage.waiting, drafts: new Map() }
}

/** Undefined until there is a token. */
export function useNewSession({ phone, user, demo, network, pastedToken }: SessionOptions) {
  const [session, setSession] = useState<Session>()
  const hasToken = Boolean(pastedToken ?? user.token)
  useEffect(() => {
    if (!hasToken) return
    const next = createSession({ phone, user, demo, network, pastedToken })
    // As an app does with what NetInfo tells.
    const stopWatching = network.subscribe(next.client.connection.check)
    setSession(next)
    return () => {
      stopWatching()
      next.uploads.close()
      next.client.close()
      setSession(undefined)
    }
  }, [phone, user, demo, network, pastedToken, hasToken])
  return session
}

const SessionContext = createContext<Session | undefined>(undefined)
export const SessionProvider = SessionContext.Provider

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('there is no session around this component')
  return session
}
