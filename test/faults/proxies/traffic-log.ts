import { createWriteStream } from 'node:fs'
import { now } from '../clock.ts'

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Which call of whom carried which ids, one line a call, for the history of a failure. */
export interface TrafficLog {
  write(who: string, call: string, outcome: string, ...bodies: Buffer[]): void
  close(): Promise<void>
}

export function openTrafficLog(path: string): TrafficLog {
  const file = createWriteStream(path)
  return {
    write(who, call, outcome, ...bodies) {
      // A call that outlives the run.
      if (file.writableEnded) return
      const ids = new Set(bodies.flatMap(body => body.toString('latin1').match(ID) ?? []))
      file.write(`${now().toFixed(1)} ${who} ${call} ${outcome} ${[...ids].join(' ')}\n`)
    },
    close: () => new Promise(resolve => file.end(resolve)),
  }
}
