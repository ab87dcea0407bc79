/**
 * Micro-batching for SendMessageBatch and PublishBatch.
 *
 * - An idle sender sends at once; what comes while a call is under way is gathered into the next.
 * - When the last call carried several entries, the next partial batch waits `gatherMs` for more of them: what leaves
 *   together goes through all later steps together. Entries that come `inBursts` wait for the rest of theirs instead, to
 *   the end of this turn of the event loop.
 * - A partial batch leaves only when no call is under way; full ones at once, up to `maxConcurrentCalls` at a time.
 * - One group is never in two calls at once, so its entries reach the queue in the order they were given.
 * - An entry settles with its own result; a refused one never holds up another group.
 */
export interface BatchEntry {
  groupId: string
  deduplicationId: string
  body: string
  attributes: Record<string, string>
}

/** One call to AWS: an error for each entry that was refused, by its index. Throws when the whole call failed. */
export type SendBatch = (entries: BatchEntry[]) => Promise<Map<number, Error>>

export interface BatchSender {
  /** Resolves when the entry is stored. Enqueues before it returns, so call order is send order. */
  send(entry: BatchEntry): Promise<void>
  /** Resolves when everything given so far is settled. */
  drain(): Promise<void>
}

const MAX_ENTRIES = 10
/** Of a whole call; leaves room for attributes below the 256 KiB of SNS. */
const MAX_BATCH_BYTES = 250_000

/** More than this waiting means that AWS cannot keep up or is away; callers are better told than queued. */
const MAX_WAITING = 20_000

export class SenderOverloadedError extends Error {
  override readonly name = 'SenderOverloadedError'
}

interface Waiting {
  entry: BatchEntry
  bytes: number
  resolve: () => void
  reject: (error: unknown) => void
}

export function createBatchSender(
  sendBatch: SendBatch,
  {
    maxConcurrentCalls = 4,
    gatherMs = 2,
    inBursts = false,
  }: { maxConcurrentCalls?: number; gatherMs?: number; inBursts?: boolean } = {},
): BatchSender {
  /** Groups with waiting entries, in order of arrival; a group in a call under way is not among them. */
  const ready = new Map<string, Waiting[]>()
  const held = new Map<string, Waiting[]>()
  const idle: (() => void)[] = []
  let readyEntries = 0
  let waitingEntries = 0
  let calls = 0
  let lastCallEntries = 0
  let isGathering = false

  function send(entry: BatchEntry): Promise<void> {
    if (waitingEntries >= MAX_WAITING)
      return Promise.reject(new SenderOverloadedError('too many entries are waiting'))
    return new Promise((resolve, reject) => {
      enqueue({ entry, bytes: Buffer.byteLength(entry.body), resolve, reject })
      pump()
    })
  }

  function enqueue(waiting: Waiting): void {
    const { groupId } = waiting.entry
    waitingEntries++
    const behind = held.get(groupId)
    if (behind) {
      behind.push(waiting)
      return
    }
    readyEntries++
    const group = ready.get(groupId)
    if (group) group.push(waiting)
    else ready.set(groupId, [waiting])
  }

  function pump(): void {
    while (readyEntries >= MAX_ENTRIES && calls < maxConcurrentCalls) void call(takeBatch())
    if (readyEntries === 0 || calls > 0) return
    const isDraining = idle.length > 0
    const isQuiet = lastCallEntries < 2 || gatherMs === 0
    if (isDraining || (isQuiet && !inBursts)) sendPartial()
    else if (!isGathering) {
      isGathering = true
      if (inBursts) setImmediate(sendPartial)
      else setTimeout(sendPartial, gatherMs)
    }
  }

  function sendPartial(): void {
    isGathering = false
    if (readyEntries > 0 && calls === 0) void call(takeBatch())
  }

  function takeBatch(): Waiting[] {
    const batch: Waiting[] = []
    let bytes = 0
    for (const [groupId, group] of ready) {
      let taken = 0
      for (const waiting of group) {
        bytes += waiting.bytes
        if (batch.length === MAX_ENTRIES || (batch.length > 0 && bytes > MAX_BATCH_BYTES)) break
        batch.push(waiting)
        taken++
      }
      if (taken === 0) break
      readyEntries -= group.length
      ready.delete(groupId)
      held.set(groupId, group.slice(taken))
    }
    return batch
  }

  async function call(batch: Waiting[]): Promise<void> {
    calls++
    lastCallEntries = batch.length
    waitingEntries -= batch.length
    try {
      const refused = await sendBatch(batch.map(waiting => waiting.entry))
      batch.forEach((waiting, index) => {
        const error = refused.get(index)
        if (error) waiting.reject(error)
        else waiting.resolve()
      })
    } catch (error) {
      for (const waiting of batch) waiting.reject(error)
    } finally {
      calls--
      for (const { entry } of batch) release(entry.groupId)
      pump()
      if (calls === 0) for (const resolve of idle.splice(0)) resolve()
    }
  }

  function release(groupId: string): void {
    const group = held.get(groupId)
    held.delete(groupId)
    if (!group || group.length === 0) return
    ready.set(groupId, group)
    readyEntries += group.length
  }

  async function drain(): Promise<void> {
    sendPartial()
    if (calls > 0) await new Promise<void>(resolve => idle.push(resolve))
  }

  return { send, drain }
}
