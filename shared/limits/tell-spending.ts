/**
 * Takes in: accounts of what was taken in this process and is to be told.
 * Guarantees: each is told once in `paceMs` at most, so many at a time, so many at once; what could not be told is kept, and
 *   while the store is away one account a round asks whether it is back.
 * Gives out: to each bucket what is left of it, by what all processes have told.
 */
import { forEachConcurrently } from '../concurrently.ts'
import { describeError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { Counter, countersBy } from '../metrics.ts'
import type { Account, Spending } from './shared-bucket.ts'

const MAX_PER_ROUND = 250
const MAX_CALLS_AT_ONCE = 16

const told = countersBy(
  new Counter({
    name: 'chat_limits_told_total',
    help: 'Limits of which was told how much this process took, by outcome: told or failed',
    labelNames: ['outcome'] as const,
  }),
  'outcome',
)

/** What all processes together have taken. */
export interface LimitStore {
  /**
   * Adds what was taken of a limit; gives when all is back, ms since 1970, by what everybody has told. `sharedFullAt`: what
   * that was when it was asked last.
   */
  add(name: string, spending: Spending, known: Pick<Account, 'sharedFullAt' | 'capacityMs'>): Promise<number>
}

/** Tells what is due; never rejects. A round that is under way is waited for instead. */
export type Tell = (paceMs?: number) => Promise<void>

const PACE_MS = 1_000

export function tellWith(store: LimitStore, due: Set<Account>, logger: Logger): Tell {
  let awaySince: number | undefined
  let round: Promise<void> | undefined

  async function tellDue(paceMs: number): Promise<void> {
    const accounts = takeDue(due, paceMs, awaySince === undefined ? MAX_PER_ROUND : 1)
    let hasFailed = false
    await forEachConcurrently(accounts, MAX_CALLS_AT_ONCE, async account => {
      if (!hasFailed) hasFailed = !(await tellOne(account))
      else due.add(account)
    })
  }

  async function tellOne(account: Account): Promise<boolean> {
    const spending = takeUntold(account)
    try {
      account.learn(await store.add(account.name, spending, account))
      told('told').inc()
      if (awaySince !== undefined) logger.info({ awayMs: Date.now() - awaySince }, 'limits are shared again')
      awaySince = undefined
      return true
    } catch (error) {
      account.untold = { since: spending.since, ms: spending.ms + account.untold.ms }
      due.add(account)
      told('failed').inc()
      if (awaySince === undefined)
        logger.warn(
          { error: describeError(error) },
          'the table of limits cannot be asked: until it can, each process counts for itself; `growzone-chat doctor` looks why',
        )
      awaySince ??= Date.now()
      return false
    }
  }

  return (paceMs = PACE_MS) => {
    if (due.size > 0)
      round ??= tellDue(paceMs).finally(() => {
        round = undefined
      })
    return round ?? Promise.resolve()
  }
}

function takeDue(due: Set<Account>, paceMs: number, max: number): Account[] {
  const now = Date.now()
  const taken: Account[] = []
  for (const account of due) {
    if (now - account.toldAt < paceMs) continue
    due.delete(account)
    account.toldAt = now
    if (taken.push(account) === max) break
  }
  return taken
}

/** Of what could not be told for long a bucket at most counts, and nothing that has come back since. */
function takeUntold(account: Account): Spending {
  const { untold, capacityMs } = account
  account.untold = { since: 0, ms: 0 }
  return {
    since: Math.max(untold.since, Date.now() - capacityMs),
    ms: Math.min(untold.ms, capacityMs),
  }
}
