import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import { sleep } from '../../../shared/lifecycle.ts'
import { cpuMsOf } from '../figures/process-usage.ts'

const SERVER = fileURLToPath(new URL('push-server.ts', import.meta.url))
const SOCKETS = 50
const WARM_MS = 300

/** Pushes of `ws` with nothing around them, as the receivers count them. */
export async function measurePushes(seconds: number, signal: AbortSignal): Promise<Record<string, number>> {
  const child = fork(SERVER, { execArgv: [], detached: true })
  const exited = once(child, 'exit')
  try {
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    let received = 0
    const sockets = Array.from({ length: SOCKETS }, () => new WebSocket(`ws://127.0.0.1:${port}`))
    await Promise.all(sockets.map(socket => once(socket, 'open')))
    for (const socket of sockets) socket.on('message', () => received++)
    child.send('push')
    await sleep(WARM_MS, signal)
    const [from, cpuFrom, startedAt] = [received, cpuMsOf(child.pid as number), performance.now()]
    await sleep(seconds * 1000, signal)
    const pushes = received - from
    const cpuMs = cpuMsOf(child.pid as number) - cpuFrom
    const elapsedSeconds = (performance.now() - startedAt) / 1000
    for (const socket of sockets) socket.terminate()
    return { 'pushes/s, raw ws': pushes / elapsedSeconds, 'CPU ms a push, raw ws': cpuMs / pushes }
  } finally {
    child.kill('SIGKILL')
    await exited
  }
}
