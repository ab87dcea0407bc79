import { sleep } from '../../../shared/lifecycle.ts'
import type { LoadShape } from './load-protocol.ts'
import type { Sending } from './start-sending.ts'

/** Beyond this, more messages on their way only make the queues longer. */
const MAX_UNDER_WAY = 6_400
/** An open loop this far ahead of the system is given up. */
const MAX_SECONDS_BEHIND = 2
const ARRIVES_WITHIN_MS = 10_000

export function startClosedLoop(sending: Sending, outstanding: number): void {
  const { pairs } = sending
  const each = Math.max(1, Math.min(outstanding, Math.floor(MAX_UNDER_WAY / pairs)))
  sending.onDone = pair => {
    if (!sending.isOver) sending.send(pair, performance.now())
  }
  for (let n = 0; n < each * pairs; n++) sending.send(n % pairs, performance.now())
}

/** Evenly spaced. What a late timer or a slow system holds up is sent at once, and counted from when it was due. */
export function startOpenLoop(
  sending: Sending,
  { rate, patient = false }: Extract<LoadShape, { kind: 'open' }>,
): void {
  const startedAt = performance.now()
  let sent = 0
  const dueAt = () => startedAt + (sent * 1000) / rate
  const sendDue = () => {
    sending.isBehind ||= !patient && sending.record.underWay > rate * MAX_SECONDS_BEHIND
    if (sending.isOver || sending.isBehind) return
    for (; dueAt() <= performance.now(); sent++) sending.send(sent % sending.pairs, dueAt())
    setTimeout(sendDue, Math.max(1, dueAt() - performance.now()))
  }
  sendDue()
}

/** Each message has the system for itself. */
export async function sendAlone(
  sending: Sending,
  { messages, pauseMs }: Omit<Extract<LoadShape, { kind: 'alone' }>, 'kind'>,
): Promise<void> {
  for (let n = 0; n < messages; n++) {
    const arrived = new Promise<void>(resolve => {
      sending.onDone = () => resolve()
    })
    sending.send(n % sending.pairs, performance.now())
    await Promise.race([arrived, sleep(ARRIVES_WITHIN_MS)])
    await sleep(pauseMs)
  }
}
