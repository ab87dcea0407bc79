import { causedBy } from './chat-error.ts'
import type { ChatClientOptions } from './types.ts'
import { within } from './wait.ts'

const TOKEN_TIMEOUT_MS = 15_000

export interface Tokens {
  get(): Promise<string>
  /** A fresh one, after the server refused `refused`; several callers share one request. */
  refresh(refused: string): Promise<string>
}

/** Rejects with code `token` when the app's source throws, gives nothing, or stays silent. */
export function createTokens(getToken: ChatClientOptions['getToken']): Tokens {
  let refreshing: Promise<string> | undefined

  async function ask(refresh: boolean): Promise<string> {
    try {
      const silent = () => new Error('it did not answer')
      const token = await within(TOKEN_TIMEOUT_MS, Promise.resolve(getToken({ refresh })), silent)
      if (typeof token !== 'string' || token === '') throw new Error('it gave no token')
      return token
    } catch (error) {
      throw causedBy(error, 'token', 'no token from getToken')
    }
  }

  return {
    get: async () => ask(false),
    async refresh(refused) {
      // Another caller may have got a fresh one meanwhile.
      const current = await ask(false)
      if (current !== refused) return current
      refreshing ??= ask(true).finally(() => {
        refreshing = undefined
      })
      return refreshing
    },
  }
}
