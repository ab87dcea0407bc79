import { parseArgs } from 'node:util'
import { describeError } from '../../shared/errors.ts'
import { shutdownSignal } from '../../shared/lifecycle.ts'
import { startEmbeddedAws } from './aws.ts'

/** The embedded AWS as a process of its own; tells its parent when it is ready. */
const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string' },
    'sqs-port': { type: 'string', default: '4566' },
    'dynamodb-port': { type: 'string', default: '4567' },
  },
})
const stopRequested = shutdownSignal()
try {
  const dataDir = values['data-dir']
  await using aws = await startEmbeddedAws({
    ...(dataDir !== undefined && { dataDir }),
    sqsPort: Number(values['sqs-port']),
    dynamoPort: Number(values['dynamodb-port']),
  })
  process.send?.({ ready: { endpointUrl: aws.endpointUrl, dynamoDbEndpointUrl: aws.dynamoDbEndpointUrl } })
  await stopRequested
} catch (error) {
  process.stderr.write(`embedded AWS: ${describeError(error)}\n`)
  process.exit(1)
}
process.exit(0)
