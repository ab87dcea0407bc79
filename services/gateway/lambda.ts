/**
 * Takes in: the environment, once per Lambda instance.
 * Guarantees: the same handlers as in the gateway's own server; API Gateway does the rest.
 * Gives out: the handlers `authorize`, `connect`, `disconnect` and `frame` (for `$default` and every action).
 */
import * as z from 'zod'
import { createTokenVerifier } from '../../shared/auth.ts'
import { createDynamoDbClient, createSqsClient } from '../../shared/aws/clients.ts'
import { topology } from '../../shared/aws/topology.ts'
import { readConfig } from '../../shared/config.ts'
import { createConnectionsTable } from '../../shared/connections/connections-table.ts'
import { createLogger } from '../../shared/logger.ts'
import { createCommandSender } from '../../shared/messaging/command-sender.ts'
import { findQueueUrl } from '../../shared/messaging/find-resources.ts'
import { handlerSettings } from './config.ts'
import { createHandlers } from './handlers.ts'

const config = readConfig(z.object(handlerSettings), process.env)
const prefix = config.CHAT_RESOURCE_PREFIX
const sqs = createSqsClient()

const handlers = createHandlers({
  verifyToken: createTokenVerifier(config),
  sender: createCommandSender(sqs, await findQueueUrl(sqs, topology(prefix).commandsQueue)),
  connections: createConnectionsTable(createDynamoDbClient(), { prefix }),
  mediaOrigins: config.MEDIA_ORIGINS,
  logger: createLogger('gateway', config.LOG_LEVEL),
})

export const { authorize, connect, disconnect, default: frame } = handlers
