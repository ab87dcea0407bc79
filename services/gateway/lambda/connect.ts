/**
 * Takes in: the environment, once per Lambda instance.
 * Guarantees: the same handler as in the gateway's own server; it reaches the registry of sockets, their endings and the
 *   limits alone, and has told the latter when it answers: after that it may be frozen.
 * Gives out: the handler of `$connect`.
 */
import * as z from 'zod'
import { createDynamoDbClient } from '../../../shared/aws/clients.ts'
import { readConfig } from '../../../shared/config.ts'
import { createSocketEndings, planEnding } from '../../../shared/connections/socket-endings.ts'
import { openLimits } from '../../../shared/limits/open-limits.ts'
import { connectSettings } from '../config.ts'
import { connectWith } from '../connect.ts'
import type { SocketEvent, SocketResult } from '../socket-event.ts'
import { createRegistryDeps } from './registry-deps.ts'

const config = readConfig(z.object(connectSettings), process.env)
const dynamoDb = createDynamoDbClient()
const endings = createSocketEndings(dynamoDb, config.CHAT_RESOURCE_PREFIX)
const deps = createRegistryDeps(process.env)
const { limits, tell } = openLimits(config, { dynamoDb, logger: deps.logger })
const connect = connectWith({
  ...deps,
  maxSocketsPerUser: config.MAX_SOCKETS_PER_USER,
  limits,
  endSocket: (connectionId, at) => planEnding(endings, connectionId, at),
})

export async function handler(event: SocketEvent): Promise<SocketResult> {
  const result = await connect(event)
  await tell()
  return result
}
