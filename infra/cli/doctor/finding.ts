import { describeError } from '../../../shared/errors.ts'

export type Status = 'ok' | 'warn' | 'FAIL'

/** One line of the report. */
export interface Finding {
  check: string
  status: Status
  detail: string
  /** What to do about it. */
  mend?: string
}

/** How long a check may take, in the two forms that clients take. */
export interface CheckLimit {
  readonly timeoutMs: number
  readonly abortSignal: AbortSignal
}

/** One dependency looked at; it changes nothing. Its findings carry the name of the check or begin with it. */
export interface Check {
  name: string
  run(limit: CheckLimit): Promise<Finding[]>
}

export function ok(check: string, detail: string): Finding {
  return { check, status: 'ok', detail }
}

export function warn(check: string, detail: string, mend: string): Finding {
  return { check, status: 'warn', detail, mend }
}

export function fail(check: string, detail: string, mend: string): Finding {
  return { check, status: 'FAIL', detail, mend }
}

/** Runs all at once. One that hangs or throws costs its own line and no other. */
export async function runChecks(checks: Check[], timeoutMs: number): Promise<Finding[]> {
  const findings = await Promise.all(checks.map(check => runWithin(check, timeoutMs)))
  return findings.flat()
}

async function runWithin({ name, run }: Check, timeoutMs: number): Promise<Finding[]> {
  const aborting = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<Finding[]>(resolve => {
    timer = setTimeout(() => {
      aborting.abort()
      resolve([
        fail(
          name,
          `no answer within ${timeoutMs / 1000} s`,
          'check the network to it (route, security group) and its load',
        ),
      ])
    }, timeoutMs)
  })
  const running = run({ timeoutMs, abortSignal: aborting.signal }).catch(error => [
    fail(name, describeError(error), 'this is none of the known problems; LOG_LEVEL=debug may tell more'),
  ])
  try {
    return await Promise.race([silence, running])
  } finally {
    clearTimeout(timer)
  }
}

/** One line each; the statuses stand below each other. */
export function toLine({ check, status, detail, mend }: Finding): string {
  return `${status.padEnd(4)}  ${check}: ${detail}${mend === undefined ? '' : `; ${mend}`}`
}
