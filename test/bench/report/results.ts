import type { Figures } from '../figures/figures.ts'
import { type Rounds, summarise } from '../figures/percentiles.ts'
import type { LoadShape } from '../load/load-protocol.ts'
import type { StoredFaults } from '../systems/people.ts'
import type { SystemName } from '../systems/system.ts'
import type { Machine } from './describe-machine.ts'

/** One load on one system, with what each round gave. */
export interface Cell {
  system: SystemName
  pairs: number
  shape: LoadShape
  rounds: Figures[]
}

/** All that a run found out. */
export interface Results {
  machine: Machine
  cells: Cell[]
  /** Of a message that has the pipeline for itself. */
  alone: Figures | undefined
  /** Not measured, but what they lost, doubled or disordered counts. */
  warmUps: Figures[]
  limits: Record<string, number>
  /** What the databases of all rounds hold, against what was sent. */
  stored: Partial<Record<SystemName, StoredFaults>>
}

export interface Faults {
  lost: number
  doubled: number
  outOfOrder: number
}

export function addRound(cells: Cell[], round: Omit<Cell, 'rounds'>, figures: Figures): void {
  const cell = findCell(cells, round.system, round.pairs, round.shape)
  if (cell) cell.rounds.push(figures)
  else cells.push({ ...round, rounds: [figures] })
}

export function addStored(stored: Results['stored'], system: SystemName, faults: StoredFaults): void {
  const sum = stored[system] ?? { stored: 0, lost: 0, doubled: 0, gaps: 0 }
  for (const name of Object.keys(sum) as (keyof StoredFaults)[]) sum[name] += faults[name]
  stored[system] = sum
}

export function findCell(
  cells: Cell[],
  system: SystemName,
  pairs: number,
  shape: LoadShape,
): Cell | undefined {
  const name = describeShape(shape)
  return cells.find(
    cell => cell.system === system && cell.pairs === pairs && describeShape(cell.shape) === name,
  )
}

/** Saturation: the closed loop that stored and pushed the most. */
export function findBest(cells: Cell[], system: SystemName, pairs: number): Cell | undefined {
  const speed = (cell: Cell) => medianOf(cell, 'messagesPerSecond') ?? 0
  return cells
    .filter(cell => cell.system === system && cell.pairs === pairs && cell.shape.kind === 'closed')
    .toSorted((a, b) => speed(b) - speed(a))[0]
}

/** Over the rounds that have the figure; undefined when none has. */
export function roundsOf(cell: Cell | undefined, figure: string): Rounds | undefined {
  const values = (cell?.rounds ?? []).flatMap(figures => figures[figure] ?? [])
  return values.length === 0 ? undefined : summarise(values)
}

export function medianOf(cell: Cell | undefined, figure: string): number | undefined {
  return roundsOf(cell, figure)?.median
}

export function describeShape(shape: LoadShape): string {
  switch (shape.kind) {
    case 'closed':
      return `${shape.outstanding} outstanding`
    case 'open':
      return `${shape.rate}/s`
    case 'alone':
      return 'alone'
  }
}

/** Of all systems, by their pushes and by what their databases hold. */
export function countFaults({ cells, alone, warmUps, stored }: Results): Faults {
  const rounds = [...cells.flatMap(cell => cell.rounds), ...warmUps, ...(alone ? [alone] : [])]
  const sum = (name: string) => rounds.reduce((total, figures) => total + (figures[name] ?? 0), 0)
  const databases = Object.values(stored)
  const sumStored = (name: keyof StoredFaults) => databases.reduce((total, faults) => total + faults[name], 0)
  return {
    // What is not stored was not pushed either, and counts once.
    lost: Math.max(sum('lost'), sumStored('lost')),
    doubled: sum('doubled') + sumStored('doubled'),
    outOfOrder: sum('outOfOrder') + sumStored('gaps'),
  }
}
