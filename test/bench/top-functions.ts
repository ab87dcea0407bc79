import { readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'

/** V8's CPU profile, as `node --cpu-prof` writes it. */
interface CpuProfile {
  nodes: { id: number; callFrame: CallFrame }[]
  samples: number[]
  timeDeltas: number[]
}

interface CallFrame {
  functionName: string
  url: string
  lineNumber: number
}

export interface Share {
  name: string
  /** Of the time in which the process was not idle. */
  share: number
}

const FUNCTIONS_SHOWN = 15
const PACKAGES_SHOWN = 8
const IDLE = '(idle)'
const PROFILE_NAME = /^CPU\.\d+\.\d+\.(\d+)\..*\.cpuprofile$/

/** Names the profiles of a run for their processes, and tells where each spent its time. */
export function tellProfiles(folder: string, processes: Map<number, string>): string[] {
  return readdirSync(folder).flatMap(file => {
    const name = processes.get(Number(file.match(PROFILE_NAME)?.[1]))?.replace(':', '-')
    if (name === undefined) return []
    const path = join(folder, `${name}.cpuprofile`)
    renameSync(join(folder, file), path)
    const profile: CpuProfile = JSON.parse(readFileSync(path, 'utf8'))
    const packages = topShares(profile, packageOf).slice(0, PACKAGES_SHOWN)
    return [
      ...['', `${path}: time of its own`, `  ${packages.map(tellShare).join(', ')}`],
      ...topFunctions(profile).map(share => `    ${tellShare(share)}`),
    ]
  })
}

function tellShare({ name, share }: Share): string {
  return `${(share * 100).toFixed(1)} % ${name}`
}

/** The functions in which most time was spent, without what they called. */
export function topFunctions(profile: CpuProfile): Share[] {
  return topShares(profile, describeFrame).slice(0, FUNCTIONS_SHOWN)
}

export function topShares(
  { nodes, samples, timeDeltas }: CpuProfile,
  nameOf: (of: CallFrame) => string,
): Share[] {
  const names = new Map(
    nodes.map(({ id, callFrame }) => [id, callFrame.functionName === IDLE ? IDLE : nameOf(callFrame)]),
  )
  const times = new Map<string, number>()
  samples.forEach((id, index) => {
    const name = names.get(id) as string
    if (name !== IDLE) times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0))
  })
  const busy = [...times.values()].reduce((sum, time) => sum + time, 0)
  return [...times]
    .map(([name, time]) => ({ name, share: time / busy }))
    .toSorted((a, b) => b.share - a.share)
}

function describeFrame({ functionName, url, lineNumber }: CallFrame): string {
  const file = url.replace(/^.*\/node_modules\//, '').replace(/^file:\/\//, '')
  return file === ''
    ? functionName || '(anonymous)'
    : `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`
}

/** The npm package, our own folder, `node` for its JavaScript, or `native` for what is below. */
export function packageOf({ functionName, url }: CallFrame): string {
  if (url.startsWith('node:')) return 'node'
  if (url === '') return functionName.startsWith('(') ? functionName : 'native'
  const [, name] = url.match(/^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/) ?? []
  return name ?? url.match(/\/((?:services|shared|infra|test)\/[^/]+)/)?.[1] ?? 'other'
}
