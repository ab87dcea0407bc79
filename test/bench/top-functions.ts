import { readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'

/** V8's CPU profile, as `node --cpu-prof` writes it. */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[]
  samples: number[]
  timeDeltas: number[]
}

const SHOWN = 15
const IDLE = '(idle)'

/** Names the profiles of a run for their processes, and tells where each spent its time. */
export function tellProfiles(folder: string, processes: Map<number, string>): string[] {
  return readdirSync(folder).flatMap(file => {
    const pid = Number(file.match(/^CPU\.\d+\.\d+\.(\d+)\..*\.cpuprofile$/)?.[1])
    const name = processes.get(pid)?.replace(':', '-')
    if (name === undefined) return []
    const path = join(folder, `${name}.cpuprofile`)
    renameSync(join(folder, file), path)
    const top = topFunctions(JSON.parse(readFileSync(path, 'utf8')))
    return [
      '',
      `${path}: own time`,
      ...top.map(({ share, name }) => `  ${(share * 100).toFixed(1)} %  ${name}`),
    ]
  })
}

/** The functions in which most time was spent themselves, as shares of the time not idle. */
export function topFunctions({ nodes, samples, timeDeltas }: CpuProfile): { name: string; share: number }[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, describeFrame(callFrame)]))
  const times = new Map<string, number>()
  samples.forEach((id, index) => {
    const name = names.get(id) as string
    if (name !== IDLE) times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0))
  })
  const busy = [...times.values()].reduce((sum, time) => sum + time, 0)
  return [...times]
    .map(([name, time]) => ({ name, share: time / busy }))
    .toSorted((a, b) => b.share - a.share)
    .slice(0, SHOWN)
}

function describeFrame({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const file = url.replace(/^.*\/node_modules\//, '').replace(/^file:\/\//, '')
  return file === ''
    ? functionName || '(anonymous)'
    : `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`
}
