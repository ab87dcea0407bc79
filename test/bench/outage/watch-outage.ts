import { signToken } from '../../../shared/auth.ts'
import { sleep } from '../../../shared/lifecycle.ts'
import { rssMbOf } from '../figures/process-usage.ts'
import type { Target } from '../load/load-protocol.ts'

const EVERY_MS = 500
const READ_WITHIN_MS = 30_000

/** What reads were answered meanwhile, and how much memory each process took at most. */
export interface Watch {
  /** Ends it. */
  stop(): Promise<Watched>
}

export interface Watched {
  /** By status and, for 503, whether it said when to ask again. */
  reads: Map<string, number>
  slowestReadMs: number
  /** RSS, MB: at the beginning, at most. */
  memory: Map<string, { before: number; most: number }>
}

/** Reads as a user does, one request after the other, and looks at the processes. */
export async function watch(
  target: Target,
  userId: number,
  processes: Record<string, number>,
): Promise<Watch> {
  const token = await signToken(target.jwtSecret, userId, 3_600)
  const ending = new AbortController()
  const watched: Watched = { reads: new Map(), slowestReadMs: 0, memory: new Map() }
  for (const [name, pid] of Object.entries(processes)) {
    const before = rssMbOf(pid)
    watched.memory.set(name, { before, most: before })
  }

  async function read(): Promise<void> {
    const startedAt = performance.now()
    const kind = await fetch(`${target.ingressUrl}/api/v1/chat/conversations`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(READ_WITHIN_MS),
    }).then(
      ({ status, headers }) => `${status}${headers.has('retry-after') ? ' with Retry-After' : ''}`,
      () => 'no answer',
    )
    watched.reads.set(kind, (watched.reads.get(kind) ?? 0) + 1)
    watched.slowestReadMs = Math.max(watched.slowestReadMs, performance.now() - startedAt)
  }

  const reading = (async () => {
    while (!ending.signal.aborted) {
      await read()
      for (const [name, pid] of Object.entries(processes)) {
        const memory = watched.memory.get(name)
        if (memory) memory.most = Math.max(memory.most, rssMbOf(pid))
      }
      await sleep(EVERY_MS, ending.signal)
    }
  })()
  return {
    async stop() {
      ending.abort()
      await reading
      return watched
    },
  }
}
