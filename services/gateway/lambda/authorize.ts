/**
 * Takes in: the environment, once per Lambda instance; the secret of tokens from Secrets Manager where it lies there.
 * Guarantees: this function alone knows the secret; besides it takes tickets from their table.
 * Gives out: the authorizer of `$connect`.
 */
import * as z from 'zod'
import { createTokenVerifier } from '../../../shared/auth.ts'
import { createDynamoDbClient } from '../../../shared/aws/clients.ts'
import { readSecret } from '../../../shared/aws/read-secret.ts'
import { readConfig } from '../../../shared/config.ts'
import { createTicketsTable } from '../../../shared/connections/tickets-table.ts'
import { authorizeWith } from '../authorize.ts'
import { authorizerSettings } from '../config.ts'

const schema = z.object(authorizerSettings)
const config = readConfig(schema, process.env)
const arn = config.JWT_SECRET_ARN
const settings =
  arn === undefined ? config : readConfig(schema, { ...process.env, JWT_SECRET: await readSecret(arn) })

export const handler = authorizeWith({
  verifyToken: createTokenVerifier(settings),
  tickets: createTicketsTable(createDynamoDbClient(), config.CHAT_RESOURCE_PREFIX),
})
