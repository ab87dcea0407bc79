import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { listen } from '../../../shared/listen.ts'
import { buildExpressApp, buildLeanApp, type DirectDeps } from './build-app.ts'
import { type PushTo, serveSockets } from './serve-sockets.ts'
import { storeByStatement } from './store-by-statement.ts'
import { storeByTransaction } from './store-by-transaction.ts'
import { createTokenVerifier, rememberTokens } from './verify-token.ts'

/**
 * The direct design: POST → PostgreSQL → sockets, in one process of Express, pg and ws. As the plan sketches it, tuned to
 * one prepared statement a message, or lean: tuned, and Express relieved of all that this route does not need. Tells its
 * parent the port, and ends with it.
 */
const DESIGNS = {
  direct: { buildApp: buildExpressApp, connectStore: storeByTransaction, remembersTokens: false },
  'direct:tuned': { buildApp: buildExpressApp, connectStore: storeByStatement, remembersTokens: true },
  'direct:lean': { buildApp: buildLeanApp, connectStore: storeByStatement, remembersTokens: true },
}
const { values } = parseArgs({
  options: { design: { type: 'string', default: 'direct' }, 'database-url': { type: 'string', default: '' } },
})
const { buildApp, connectStore, remembersTokens } = DESIGNS[values.design as keyof typeof DESIGNS]
const verify = createTokenVerifier(process.env.JWT_SECRET ?? '')
const verifyToken = remembersTokens ? rememberTokens(verify) : verify
let push: PushTo = () => {}
const deps: DirectDeps = {
  verifyToken,
  messages: connectStore(values['database-url']),
  push: (userIds, frame) => push(userIds, frame),
}
const server = createServer(buildApp(deps))
// A client's connection must not close while its next request is on the way.
server.keepAliveTimeout = 65_000
push = serveSockets(server, verifyToken)
process.once('disconnect', () => process.exit(0))
process.once('SIGTERM', () => process.exit(0))
process.send?.({ port: await listen(server, { host: '127.0.0.1', port: 0 }) })
