import * as z from 'zod'
import { describeError } from '../../../shared/errors.ts'
import { type Check, fail, ok } from './finding.ts'

const keySet = z.object({ keys: z.array(z.object({ kty: z.string() })) })
const USABLE = ['RSA', 'EC']

/** The keys by which tokens are verified, where a key set is configured. */
export function checkKeySet(url: string): Check {
  const name = 'key set'
  const mend = 'check JWKS_URL, and that the issuer of the tokens answers'
  return {
    name,
    async run({ abortSignal }) {
      try {
        const response = await fetch(url, { signal: abortSignal })
        if (!response.ok) return [fail(name, `${url} answers ${response.status}`, mend)]
        const parsed = keySet.safeParse(await response.json())
        const usable = parsed.data?.keys.filter(({ kty }) => USABLE.includes(kty)) ?? []
        if (usable.length === 0) return [fail(name, `${url} holds no RSA or EC key`, mend)]
        return [ok(name, `${usable.length} usable at ${url}`)]
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
        return [fail(name, `${url} cannot be read (${describeError(cause)})`, mend)]
      }
    },
  }
}
