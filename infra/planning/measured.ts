import { readFileSync } from 'node:fs'
import * as z from 'zod'

const calls = z.object({
  SendMessageBatch: z.number(),
  ReceiveMessage: z.number(),
  DeleteMessageBatch: z.number(),
  ChangeMessageVisibilityBatch: z.number(),
  PublishBatch: z.number(),
  BatchGetItem: z.number(),
  PostToConnection: z.number(),
})
const cpuMs = z.object({
  ingress: z.number(),
  persister: z.number(),
  delivery: z.number(),
  gateway: z.number(),
  postgres: z.number(),
})
const load = z.object({
  load: z.string(),
  messagesPerSecond: z.number(),
  /** Requests to AWS a message. */
  calls,
  /** CPU a message, ms. */
  cpuMs,
  walBytes: z.number(),
})
const measured = z.object({
  at: z.iso.datetime(),
  commit: z.string(),
  machine: z.string(),
  pairs: z.number(),
  /** By rate, the fastest last; `alone` has the pipeline for itself. */
  alone: load,
  rates: z.array(load),
  saturated: load,
})
export type Calls = z.infer<typeof calls>
export type Load = z.infer<typeof load>
export type Measured = z.infer<typeof measured>

const FILE = new URL('measured.json', import.meta.url)

/** What `npm run docs:measured` kept of a run of the bench. */
export function readMeasured(): Measured {
  return measured.parse(JSON.parse(readFileSync(FILE, 'utf8')))
}

const figures = z.record(z.string(), z.number())
const spread = z.object({ median: z.number() })
const bench = z.object({
  machine: z.object({ at: z.iso.datetime(), commit: z.string(), cores: z.number(), cpu: z.string() }),
  alone: figures,
  loads: z.array(
    z.object({
      system: z.string(),
      pairs: z.number(),
      load: z.string(),
      figures: z.record(z.string(), z.unknown()),
    }),
  ),
})

/** The figures that the pages need, of the JSON that `npm run bench -- --json` writes: medians, the fewest pairs. */
export function summarise(report: unknown): Measured {
  const { machine, alone, loads } = bench.parse(report)
  const ofPipeline = loads.filter(({ system }) => system === 'pipeline')
  const pairs = Math.min(...ofPipeline.map(one => one.pairs))
  const cells = ofPipeline
    .filter(one => one.pairs === pairs)
    .map(({ load, figures }) => toLoad(`${pairs} pairs, ${load}`, name => spread.parse(figures[name]).median))
    .toSorted((a, b) => a.messagesPerSecond - b.messagesPerSecond)
  const saturated = cells.filter(({ load }) => load.endsWith('outstanding')).at(-1)
  return measured.parse({
    at: machine.at,
    commit: machine.commit,
    machine: `${machine.cores} × ${machine.cpu}`,
    pairs,
    alone: toLoad('one message alone', name => alone[name] ?? 0),
    rates: cells.filter(({ load }) => load.endsWith('/s')),
    saturated,
  })
}

function toLoad(load: string, read: (name: string) => number): Load {
  const round = (value: number) => Number(value.toPrecision(3))
  const pick = <Name extends string>(prefix: string, names: readonly Name[]) =>
    Object.fromEntries(names.map(name => [name, round(read(`${prefix}.${name}`))])) as Record<Name, number>
  return {
    load,
    messagesPerSecond: round(read('messagesPerSecond')),
    calls: pick('calls', calls.keyof().options),
    cpuMs: pick('cpu', cpuMs.keyof().options),
    walBytes: round(read('walBytes')),
  }
}
