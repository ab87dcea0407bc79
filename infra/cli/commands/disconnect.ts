import * as z from 'zod'
import { awsSettings, pushSettings } from '../../../shared/aws/clients.ts'
import { commonSettings, readConfig } from '../../../shared/config.ts'
import { userId } from '../../../shared/contract/identifiers.ts'
import { type Command, print, UsageError } from '../command.ts'

const disconnectConfig = z.object({
  ...awsSettings,
  ...pushSettings,
  CHAT_RESOURCE_PREFIX: commonSettings.CHAT_RESOURCE_PREFIX,
})

export const disconnect: Command = {
  summary:
    'Closes every open socket of a user, whose token was revoked. A ticket opens a socket for a minute yet: run it again after that.',
  operands: '<userId>',
  settings: async () => disconnectConfig,
  async run({ operands: [operand], env }) {
    const user = userId.safeParse(operand)
    if (!user.success) throw new UsageError('say whom: disconnect <userId>')
    const { CHAT_RESOURCE_PREFIX: prefix } = readConfig(disconnectConfig, env)
    const aws = await import('../../../shared/aws/clients.ts')
    const { closeConnection } = await import('../../../shared/connections/close-connection.ts')
    const { createConnectionsTable } = await import('../../../shared/connections/connections-table.ts')
    const { findConnections } = await import('../../../shared/connections/find-connections.ts')
    const { removeConnection } = await import('../../../shared/connections/remove-connection.ts')
    const table = createConnectionsTable(aws.createDynamoDbClient(), { prefix })
    const managementApi = aws.createManagementApiClient()
    const connectionIds = (await findConnections(table, [user.data])).get(user.data) ?? []
    for (const connectionId of connectionIds) {
      await closeConnection(managementApi, connectionId)
      await removeConnection(table, user.data, connectionId)
    }
    print(`user ${user.data}: ${connectionIds.length} sockets closed`)
  },
}
