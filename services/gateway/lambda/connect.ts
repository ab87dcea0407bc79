/**
 * Takes in: the environment, once per Lambda instance.
 * Guarantees: the same handler as in the gateway's own server; it reaches the registry of sockets and their endings alone.
 * Gives out: the handler of `$connect`.
 */
import * as z from 'zod'
import { createDynamoDbClient } from '../../../shared/aws/clients.ts'
import { readConfig } from '../../../shared/config.ts'
import { createSocketEndings, planEnding } from '../../../shared/connections/socket-endings.ts'
import { createLimits } from '../../../shared/limits/create-limits.ts'
import { connectSettings } from '../config.ts'
import { connectWith } from '../connect.ts'
import { createRegistryDeps } from './registry-deps.ts'

const config = readConfig(z.object(connectSettings), process.env)
const endings = createSocketEndings(createDynamoDbClient(), config.CHAT_RESOURCE_PREFIX)

export const handler = connectWith({
  ...createRegistryDeps(process.env),
  maxSocketsPerUser: config.MAX_SOCKETS_PER_USER,
  limits: createLimits(config),
  endSocket: (connectionId, at) => planEnding(endings, connectionId, at),
})
