import * as z from 'zod'
import { createDynamoDbClient } from '../../../shared/aws/clients.ts'
import { readConfig } from '../../../shared/config.ts'
import { createConnectionsTable } from '../../../shared/connections/connections-table.ts'
import { createLogger } from '../../../shared/logger.ts'
import { registrySettings } from '../config.ts'

/** What opening and closing a socket needs. */
export function createRegistryDeps(env: NodeJS.ProcessEnv) {
  const config = readConfig(z.object(registrySettings), env)
  return {
    connections: createConnectionsTable(createDynamoDbClient(), { prefix: config.CHAT_RESOURCE_PREFIX }),
    logger: createLogger('gateway', config.LOG_LEVEL),
  }
}
