import { findPackageJSON } from 'node:module'
import { setPriority } from 'node:os'
import { dirname, join } from 'node:path'
import { openLog } from '../log-files.ts'
import { type RunContext, spawnRecorded } from '../run-context.ts'
import { isBuilt, markBuilt } from './page-age.ts'

export interface Page {
  folder: string
  /** Continues "The demo page …" while there is none to show. */
  state(): string
}

/** What the page is made of, from the root of the repository. */
const SOURCES = ['client/demo', 'client/src', 'shared/contract']
/** Lets the services start first. */
const LOW_PRIORITY = 10

/** Builds the page beside the start of the stack when there is none or an old one; a failure is told in one line. */
export function buildPage(context: RunContext, root: string, stack: AsyncDisposableStack): Page {
  const folder = join(root, 'client/demo/dist')
  let state = 'is being built'
  const build = async () => {
    const startedAt = new Date()
    if (isBuilt(folder, root, SOURCES)) return
    const log = openLog(context.logDir, 'demo')
    const args = [viteProgram(), 'build', join(root, 'client/demo'), '--logLevel', 'warn']
    const env = { ...context.shell, NODE_ENV: 'production' }
    const part = spawnRecorded(context, 'demo build', { args, env, log, onLine: () => {} })
    stack.defer(() => part.stop(AbortSignal.abort()))
    lowerPriority(part.pid)
    const reason = await part.exited
    if (context.giveUp.aborted) return
    if (reason !== 'exit code 0') throw new Error(part.lastComplaint() ?? reason)
    markBuilt(folder, startedAt)
    context.say(`demo: page built in ${((Date.now() - startedAt.getTime()) / 1000).toFixed(1)} s`)
  }
  build().catch(error => {
    state = `could not be built; see ${join(context.logDir, 'demo.log')}`
    context.say(`demo: the page ${state} (${(error as Error).message})`)
  })
  return { folder, state: () => state }
}

function viteProgram(): string {
  const manifest = findPackageJSON('vite', import.meta.url)
  if (manifest === undefined) throw new Error('package vite is not installed; run npm ci')
  return join(dirname(manifest), 'bin/vite.js')
}

/** A build that has ended already, or a system that has no priorities, is no matter. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, LOW_PRIORITY)
  } catch {}
}
