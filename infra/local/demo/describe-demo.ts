import { signToken } from '../../../shared/auth.ts'
import { DEMO_USERS } from '../../../shared/database/add-demo-users.ts'
import type { Addresses } from '../addresses.ts'
import type { LocalConfig } from '../settings.ts'
import type { PageAnswer } from './serve-page.ts'

const TOKEN_LIFETIME_SECONDS = 3_600

/** What the page needs to begin, with fresh tokens; those of one user where one is named. */
export async function describeDemo(
  config: LocalConfig,
  { ingressUrl, gatewayUrl }: Addresses,
  userId: string | null,
): Promise<PageAnswer> {
  const asked = DEMO_USERS.filter(({ id }) => userId === null || String(id) === userId)
  const users = await Promise.all(asked.map(async user => ({ ...user, ...(await tokenOf(config, user.id)) })))
  return {
    status: users.length > 0 ? 200 : 404,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    body: JSON.stringify({ apiUrl: ingressUrl, wsUrl: gatewayUrl, users }),
  }
}

/** No token where they come from elsewhere: the page says so. */
async function tokenOf(config: LocalConfig, userId: number): Promise<{ token?: string }> {
  if (config.JWKS_URL !== undefined) return {}
  return { token: await signToken(config.JWT_SECRET, userId, TOKEN_LIFETIME_SECONDS) }
}
