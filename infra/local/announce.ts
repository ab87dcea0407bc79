import { signToken } from '../../shared/auth.ts'
import { DEMO_USERS } from '../../shared/database/add-demo-users.ts'
import { addressesOf } from './addresses.ts'
import { buildBanner } from './banner.ts'
import type { DatabaseUrls, Environment } from './environment.ts'
import { writeLocalEnv } from './local-env-file.ts'
import type { RunContext } from './run-context.ts'
import type { Ports } from './settings.ts'

const TOKEN_LIFETIME_SECONDS = 7 * 86_400

/** Tells people and programs where the stack is: the banner, and `local.env`. */
export async function announce(
  context: RunContext,
  ports: Ports,
  database: DatabaseUrls,
  common: Environment,
) {
  const { config, dataDir, logDir } = context
  const { ingressUrl, gatewayUrl, demoUrl } = addressesOf(config, ports)
  writeLocalEnv(dataDir, {
    ...common,
    DATABASE_URL: database.admin,
    INGRESS_DATABASE_URL: database.ingress,
    PERSISTER_DATABASE_URL: database.persister,
    INGRESS_URL: ingressUrl,
    GATEWAY_URL: gatewayUrl,
    PERSISTER_HEALTH_URL: `http://127.0.0.1:${ports.LOCAL_PERSISTER_HEALTH_PORT}`,
    DELIVERY_HEALTH_URL: `http://127.0.0.1:${ports.LOCAL_DELIVERY_HEALTH_PORT}`,
    ...(demoUrl !== undefined && { DEMO_URL: demoUrl }),
    HEALTH_PORT: '0',
  })
  const sign = (user: number) => signToken(config.JWT_SECRET, user, TOKEN_LIFETIME_SECONDS)
  const [alice, bob] = DEMO_USERS
  const tokens: [string, string] | undefined =
    config.JWKS_URL === undefined ? [await sign(alice.id), await sign(bob.id)] : undefined
  context.say(buildBanner({ ingressUrl, gatewayUrl, demoUrl, dataDir, logDir, tokens }))
}
