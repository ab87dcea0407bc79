/**
 * Takes in: the commands of each receive, from several receives at once.
 * Guarantees: one transaction at a time; whatever arrives while it runs is gathered into the next, under load with a
 *   short wait for more: a commit costs the same for one command and for fifty. Failures that say
 *   nothing of the commands (deadlock, lost connection, statement timeout) are tried again until they pass. Commands
 *   that bring a transaction down are found by storing them apart; only they are refused.
 * Gives out: one result per command, in order.
 */
import { isTransientDatabaseError, isUniqueViolation } from '../../shared/database/database-errors.ts'
import { describeError, PermanentError } from '../../shared/errors.ts'
import { backoffMs, sleep } from '../../shared/lifecycle.ts'
import type { Logger } from '../../shared/logger.ts'
import { traceIdOf } from '../../shared/tracing.ts'
import { observeCommit } from './persister-telemetry.ts'
import { type Result, refused, type Work } from './work.ts'

export type StoreCommands = (works: Work[]) => Promise<Result[]>

export interface GroupCommitter {
  /** Rejects only when `signal` ended the wait for the database. */
  store(works: Work[]): Promise<Result[]>
}

const MAX_COMMANDS_PER_TRANSACTION = 500
/** The next commit waits so long for more commands, by how many the last one had: a quiet message never waits. */
const COMMIT_WAITS = [
  { commands: 12, waitMs: 8 },
  { commands: 2, waitMs: 3 },
]
const BACKOFF_BASE_MS = 50
const BACKOFF_CAP_MS = 2_000
/** Named in one line of the log. */
const MAX_IDS = 10

interface Batch {
  works: Work[]
  resolve: (results: Result[]) => void
  reject: (error: unknown) => void
}

export function createGroupCommitter(
  storeCommands: StoreCommands,
  logger: Logger,
  signal: AbortSignal,
  recordRefusal: (work: Work, result: Result) => Promise<void> = async () => {},
): GroupCommitter {
  const gathered: Batch[] = []
  let committing = false

  function store(works: Work[]): Promise<Result[]> {
    if (works.length === 0) return Promise.resolve([])
    return new Promise((resolve, reject) => {
      gathered.push({ works, resolve, reject })
      if (!committing) void commitGathered()
    })
  }

  async function commitGathered(): Promise<void> {
    committing = true
    while (gathered.length > 0) {
      const batches = takeBatches()
      const works = batches.flatMap(batch => batch.works)
      try {
        const results = await storeUntilPassed(works)
        for (const batch of batches) batch.resolve(results.splice(0, batch.works.length))
      } catch (error) {
        for (const batch of batches) batch.reject(error)
      }
      const load = COMMIT_WAITS.find(({ commands }) => works.length >= commands)
      if (load) await sleep(load.waitMs)
    }
    committing = false
  }

  function takeBatches(): Batch[] {
    let count = 1
    let commands = gathered[0]?.works.length ?? 0
    for (; count < gathered.length; count++) {
      commands += gathered[count]?.works.length ?? 0
      if (commands > MAX_COMMANDS_PER_TRANSACTION) break
    }
    return gathered.splice(0, count)
  }

  async function storeUntilPassed(works: Work[]): Promise<Result[]> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await observeCommit(works, attempt, () =>
          storeCommands(attempt === 0 ? works : works.map(asRedelivered)),
        )
      } catch (error) {
        // Another writer took the same message id at the same time; the next attempt sees whose it is.
        if (isUniqueViolation(error) && attempt === 0) continue
        if (!isTransientDatabaseError(error)) return storeApart(works, error)
        if (signal.aborted) throw error
        logger.warn(
          {
            commandIds: works.slice(0, MAX_IDS).map(idOf),
            commands: works.length,
            attempt,
            error: describeError(error),
          },
          'database not available, trying again',
        )
        await sleep(backoffMs(attempt, BACKOFF_BASE_MS, BACKOFF_CAP_MS), signal)
      }
    }
  }

  /** Something among the commands brings the transaction down: halve until it stands alone. */
  async function storeApart(works: Work[], error: unknown): Promise<Result[]> {
    const [work] = works
    if (work && works.length === 1) {
      const { id: commandId, conversationId, type } = work.command
      const ids = { commandId, conversationId, traceId: traceIdOf(work.trace) }
      logger.error({ ...ids, type, error: describeError(error) }, 'command cannot be stored')
      const result = refused(new PermanentError('rejected', 'the command cannot be stored', { cause: error }))
      // Its own transaction is gone; who waits for it would otherwise wait in vain.
      await recordRefusal(work, result).catch(() => {})
      return [result]
    }
    const again = works.map(asRedelivered)
    const half = Math.ceil(again.length / 2)
    const first = await storeUntilPassed(again.slice(0, half))
    return first.concat(await storeUntilPassed(again.slice(half)))
  }

  return { store }
}

function idOf({ command }: Work): string {
  return command.id
}

/**
 * Whether an attempt that failed has stored something is not known: a connection may be lost during the commit, and plain
 * messages are stored before the transaction of the others. So what is there already is announced, too.
 */
function asRedelivered(work: Work): Work {
  return { ...work, redelivered: true }
}
