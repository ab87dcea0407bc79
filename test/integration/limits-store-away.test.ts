import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { openLimits, startTelling } from '../../shared/limits/open-limits.ts'
import { createLogger } from '../../shared/logger.ts'
import { breakLink, startTcpRelay } from '../support/tcp-relay.ts'
import { CREDENTIALS, startTable } from './connections-fixture.ts'
import { waitUntil } from './gateway-harness.ts'

const ADA = 1
const RATES = { RATE_LIMIT_SENDS: '10/3600' }

test.each(['refuses', 'is silent'])(
  'while DynamoDB %s nobody waits, each process counts for itself, and afterwards all count together',
  async how => {
    await using store = await startTable()
    const endpoint = await store.table.client.config.endpoint?.()
    await using relay = await startTcpRelay({ host: '127.0.0.1', port: endpoint?.port as number })
    await using stack = new AsyncDisposableStack()
    const startProcess = () => {
      const dynamoDb = new DynamoDBClient({
        ...{ endpoint: `http://127.0.0.1:${relay.port}`, region: 'eu-central-1', credentials: CREDENTIALS },
      })
      stack.defer(() => dynamoDb.destroy())
      const { limits, tell } = openLimits(
        { LIMIT_STORE: 'dynamodb', CHAT_RESOURCE_PREFIX: '', ...RATES },
        { dynamoDb, logger: createLogger('test', 'silent') },
      )
      stack.use(startTelling(tell))
      return () => limits.hasLeft('sends', ADA, 0) && limits.take('sends', ADA) !== undefined
    }
    const [a, b] = [startProcess(), startProcess()]
    if (how === 'refuses') relay.setAway(true)
    else relay.hold()

    const startedAt = performance.now()
    const given = [a, b].map(take => Array.from({ length: 12 }, take).filter(Boolean).length)
    expect(given).toEqual([10, 10])
    expect(performance.now() - startedAt).toBeLessThan(100)
    // Until it has been noticed.
    await new Promise(resolve => setTimeout(resolve, 1_500))

    relay.setAway(false)
    for (const link of [...relay.links]) breakLink(link)
    relay.resume()
    const c = startProcess()
    await waitUntil(() => c() === false, 20_000)
    let taken = 0
    while (c()) taken++
    expect(taken).toBe(0)
  },
)
