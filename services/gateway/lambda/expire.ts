/**
 * Takes in: the environment, once per Lambda instance.
 * Guarantees: it reads what is due and closes it; it knows neither users nor messages.
 * Gives out: the handler of the schedule that ends sockets whose token has ended.
 */
import * as z from 'zod'
import { createDynamoDbClient, createManagementApiClient } from '../../../shared/aws/clients.ts'
import { readConfig } from '../../../shared/config.ts'
import { closeConnection } from '../../../shared/connections/close-connection.ts'
import { createSocketEndings } from '../../../shared/connections/socket-endings.ts'
import { createLogger } from '../../../shared/logger.ts'
import { expireSettings } from '../config.ts'
import { endDueSocketsWith } from '../end-due-sockets.ts'

const config = readConfig(z.object(expireSettings), process.env)
const managementApi = createManagementApiClient()

export const handler = endDueSocketsWith({
  endings: createSocketEndings(createDynamoDbClient(), config.CHAT_RESOURCE_PREFIX),
  close: connectionId => closeConnection(managementApi, connectionId),
  logger: createLogger('gateway', config.LOG_LEVEL),
})
