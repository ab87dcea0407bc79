import { type Kept, keepRunning } from './keep-running.ts'
import type { ProcessRecord } from './leftovers.ts'
import type { Part } from './part.ts'
import type { LocalConfig } from './settings.ts'
import { type SpawnedPart, type SpawnOptions, spawnPart } from './spawn-part.ts'

/** What every step of starting the stack needs. */
export interface RunContext {
  config: LocalConfig
  /** The shell's environment. */
  shell: NodeJS.ProcessEnv
  dataDir: string
  logDir: string
  record: ProcessRecord
  say(line: string): void
  /** Fires when the start shall be given up, by wish or because another part failed. */
  giveUp: AbortSignal
  /** Fires when stopping shall not wait any longer. */
  hasten: AbortSignal
}

/** Starts a part, waits until it is of use, and keeps it running from then on. */
export async function startKept<P extends Part>(
  context: RunContext,
  name: string,
  start: () => Promise<P>,
  waitForUse: (part: P) => Promise<void> = async () => {},
): Promise<{ kept: Kept; part: P }> {
  context.giveUp.throwIfAborted()
  const part = await start()
  try {
    await waitForUse(part)
  } catch (error) {
    await part.stop(context.hasten)
    throw error
  }
  return { kept: keepRunning(name, part, start, context.say), part }
}

/** Starts a Node.js process that the next run ends should we be killed. */
export function spawnRecorded(context: RunContext, name: string, options: SpawnOptions): SpawnedPart {
  const part = spawnPart(options)
  context.record.add(name, part.pid)
  return part
}
