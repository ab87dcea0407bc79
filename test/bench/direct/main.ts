import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { listen } from '../../../shared/listen.ts'
import { buildPlainApp, buildTunedApp, type DirectDeps } from './build-app.ts'
import { type PushTo, serveSockets } from './serve-sockets.ts'
import { storeByStatement } from './store-by-statement.ts'
import { storeByTransaction } from './store-by-transaction.ts'
import { createTokenVerifier, rememberTokens } from './verify-token.ts'

/**
 * The direct design: POST → PostgreSQL → sockets, in one process of Express, pg and ws. Plain as the plan sketches it,
 * or tuned as well as anybody would tune it. Tells its parent the port, and ends with it.
 */
const { values } = parseArgs({
  options: { tuned: { type: 'boolean', default: false }, 'database-url': { type: 'string', default: '' } },
})
const verify = createTokenVerifier(process.env.JWT_SECRET ?? '')
const verifyToken = values.tuned ? rememberTokens(verify) : verify
let push: PushTo = () => {}
const deps: DirectDeps = {
  verifyToken,
  messages: (values.tuned ? storeByStatement : storeByTransaction)(values['database-url']),
  push: (userIds, frame) => push(userIds, frame),
}
const server = createServer(values.tuned ? buildTunedApp(deps) : buildPlainApp(deps))
// A client's connection must not close while its next request is on the way.
server.keepAliveTimeout = 65_000
push = serveSockets(server, verifyToken)
process.once('disconnect', () => process.exit(0))
process.once('SIGTERM', () => process.exit(0))
process.send?.({ port: await listen(server, { host: '127.0.0.1', port: 0 }) })
