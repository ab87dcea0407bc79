import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Logger } from '../logger.ts'
import { waitAtMost } from '../wait-at-most.ts'
import { createLimits, type Limits } from './create-limits.ts'
import type { LimitConfig, LimitStoreConfig } from './limit-settings.ts'
import { createLimitsTable } from './limits-table.ts'
import { type Account, createSharedBucket } from './shared-bucket.ts'
import { type Tell, tellWith } from './tell-spending.ts'

export interface OpenLimits {
  limits: Limits
  /** Tells the other processes what was taken in this one; nothing where they share nothing. */
  tell: Tell
}

/** Limits of this process alone, or of all processes together, as the settings say. */
export function openLimits(
  config: LimitConfig & LimitStoreConfig,
  { dynamoDb, logger }: { dynamoDb: DynamoDBClient; logger: Logger },
): OpenLimits {
  if (config.LIMIT_STORE === 'memory') return { limits: createLimits(config), tell: async () => {} }
  const due = new Set<Account>()
  return {
    limits: createLimits(config, (name, quota) => createSharedBucket(name, quota, due)),
    tell: tellWith(createLimitsTable(dynamoDb, config.CHAT_RESOURCE_PREFIX), due, logger),
  }
}

const LOOK_MS = 250
const LAST_WORD_MS = 1_000

/** Tells what is due, and at the end all that is left: what a user took before a deployment counts after it, too. */
export function startTelling(tell: Tell): AsyncDisposable {
  const timer = setInterval(() => tell(), LOOK_MS)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      // The first may be a round that is under way.
      await waitAtMost(
        LAST_WORD_MS,
        tell().then(() => tell(0)),
      )
    },
  }
}
