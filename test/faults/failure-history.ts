import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Finding, GUARANTEES } from './check/finding.ts'
import { fromWallClock } from './clock.ts'
import type { Entry } from './history.ts'

interface Line {
  at: number
  text: string
}

const MAX_LINES = 150

/** For each broken guarantee the finding with the shortest history, and everything that bears on it in time order. */
export async function tellFailures(
  findings: Finding[],
  entries: Entry[],
  logDir: string,
  say: (line: string) => void,
): Promise<void> {
  for (const guarantee of GUARANTEES) {
    const broken = findings.filter(finding => finding.guarantee === guarantee)
    if (broken.length === 0) continue
    const shortest = broken
      .slice(0, 200)
      .map(finding => ({ finding, told: entriesAbout(finding, entries) }))
      .reduce((least, other) => (rank(other) < rank(least) ? other : least))
    const lines = await collect(shortest.finding, shortest.told, entries, logDir)
    say(`\n${guarantee} (${broken.length}): ${shortest.finding.detail}`)
    for (const { at, text } of lines.slice(-MAX_LINES)) say(`  ${(at / 1000).toFixed(3)} ${text}`)
  }
}

/** One that nothing is told of explains nothing. */
function rank({ told }: { told: Entry[] }): number {
  return told.length === 0 ? Number.POSITIVE_INFINITY : told.length
}

function entriesAbout({ messageId, conversationId }: Finding, entries: Entry[]): Entry[] {
  if (messageId !== undefined) return entries.filter(entry => entry.messageIds?.includes(messageId))
  if (conversationId !== undefined) return entries.filter(entry => entry.conversationId === conversationId)
  return []
}

async function collect(
  { messageId, conversationId }: Finding,
  told: Entry[],
  entries: Entry[],
  logDir: string,
): Promise<Line[]> {
  const id = messageId ?? conversationId
  const first = told[0]?.at ?? Number.POSITIVE_INFINITY
  const devices = new Set(told.map(entry => entry.where))
  const around = entries.filter(entry => entry.at >= first - 1_000 && isAround(entry, devices))
  const lines = [...new Set([...told, ...around])].map(entry => ({
    at: entry.at,
    text: describe(entry, messageId),
  }))
  if (id !== undefined) lines.push(...(await readTraffic(id, logDir)), ...(await readLogs(id, logDir)))
  return lines.sort((a, b) => a.at - b.at)
}

/** Faults, starts and ends, and when the sockets of those concerned opened and closed. */
function isAround({ where, what }: Entry, devices: Set<string>): boolean {
  const isOfProcess = where === 'fault' || /^(started|ended)/.test(what)
  return isOfProcess || (devices.has(where) && what.startsWith('socket'))
}

function describe(entry: Entry, messageId: string | undefined): string {
  const { where, what, messageIds, seqs, version, detail } = entry
  const place = messageIds?.indexOf(messageId ?? '') ?? -1
  return [
    where,
    what,
    place >= 0 && seqs?.[place] ? `seq ${seqs[place]}` : '',
    version === undefined ? '' : `version ${version}`,
    messageIds && messageIds.length > 1 ? `of ${messageIds.length}` : '',
    detail ?? '',
  ]
    .filter(Boolean)
    .join(' ')
}

async function readTraffic(id: string, logDir: string): Promise<Line[]> {
  const lines: Line[] = []
  for await (const line of createInterface({ input: createReadStream(join(logDir, 'traffic.log')) })) {
    if (!line.includes(id)) continue
    const [at, who, ...rest] = line.split(' ')
    lines.push({
      at: Number(at),
      text: `wire: ${who} ${rest.filter(word => !/^[0-9a-f-]{36}$/.test(word)).join(' ')}`,
    })
  }
  return lines
}

async function readLogs(id: string, logDir: string): Promise<Line[]> {
  const lines: Line[] = []
  for (const file of (await readdir(logDir)).filter(name => /-\d\.log$/.test(name)))
    for (const line of (await readFile(join(logDir, file), 'utf8')).split('\n'))
      if (line.includes(id)) lines.push({ at: timeOf(line), text: `${file}: ${line}` })
  return lines
}

function timeOf(line: string): number {
  const time = line.match(/"time":"?([^",}]+)/)?.[1] ?? ''
  const epochMs = /^\d+$/.test(time) ? Number(time) : Date.parse(time)
  return Number.isNaN(epochMs) ? 0 : fromWallClock(epochMs)
}
