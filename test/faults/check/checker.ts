import { checkAnnounced } from './check-announced.ts'
import { checkOwnChanges, checkReceipts, checkVersions } from './check-changes.ts'
import { checkDoubled, checkGaps, checkOneOrder, checkSenderOrder, checkStored } from './check-messages.ts'
import { sideOf } from './database-state.ts'
import { differencesOf } from './differences.ts'
import type { Finding } from './finding.ts'
import type { RunRecord } from './run-record.ts'

/** Everything in a run that breaks a guarantee. It knows what clients saw and what is stored, and nothing else. */
export function check(run: RunRecord): Finding[] {
  return [
    ...checkStored(run),
    ...checkDoubled(run),
    ...checkGaps(run),
    ...checkSenderOrder(run),
    ...checkOneOrder(run),
    ...checkAnnounced(run),
    ...checkStuck(run),
    ...checkHealed(run),
    ...checkStrangers(run),
    ...checkVersions(run),
    ...checkReceipts(run),
    ...checkOwnChanges(run),
    ...checkAnswers(run),
  ]
}

function* checkStuck({ queues, records }: RunRecord): Generator<Finding> {
  const { commands, deliveries, dead, deadLetters } = queues
  if (commands > 0) yield { guarantee: 'stuck', detail: `${commands} commands are left in their queue` }
  if (deliveries > 0) yield { guarantee: 'stuck', detail: `${deliveries} events are left in their queue` }
  for (const { queue, reason, body } of deadLetters)
    yield { guarantee: 'stuck', detail: `dead letter of ${queue}: ${reason}`, ...subjectOf(body) }
  if (dead > deadLetters.length)
    yield { guarantee: 'stuck', detail: `${dead - deadLetters.length} more dead letters behind these` }
  for (const { id: messageId, conversationId, acceptedAt, device } of records.sends)
    if (acceptedAt === undefined)
      yield {
        guarantee: 'stuck',
        messageId,
        conversationId,
        detail: `${device} still tries to send ${messageId}`,
      }
}

function subjectOf(body: string): { messageId?: string; conversationId?: string } {
  try {
    const { conversationId, data } = JSON.parse(body)
    return { conversationId, ...(typeof data?.id === 'string' && { messageId: data.id }) }
  } catch {
    return {}
  }
}

/** One finding a device, with the first of its differences. */
function* checkHealed({ devices, database }: RunRecord): Generator<Finding> {
  for (const device of devices) {
    const [first, ...others] = differencesOf(device, database)
    if (first === undefined) continue
    const { conversationId, messageId, detail } = first
    yield {
      ...{ guarantee: 'unhealed sockets', conversationId },
      ...(messageId !== undefined && { messageId }),
      detail: `${device.name}: ${messageId ?? conversationId} ${detail} (and ${others.length} more)`,
    }
  }
}

/** Whatever names a conversation reaches only its two users. */
function* checkStrangers({ entries, devices, database, records }: RunRecord): Generator<Finding> {
  const userOf = new Map(devices.map(device => [device.name, device.userId]))
  const participants = new Map(
    records.sends.map(send => [send.conversationId, [send.senderId, send.recipientId]]),
  )
  for (const { where, what, conversationId } of entries) {
    const userId = userOf.get(where)
    if (userId === undefined || conversationId === undefined) continue
    const conversation = database.get(conversationId)
    const isParticipant = conversation
      ? sideOf(userId, conversation) !== undefined
      : participants.get(conversationId)?.includes(userId)
    if (!isParticipant)
      yield {
        guarantee: "strangers' events",
        conversationId,
        detail: `${where} got ${what} of ${conversationId}`,
      }
  }
}

function* checkAnswers({ records }: RunRecord): Generator<Finding> {
  for (const { device, what, status, detail, messageId } of records.unexpected)
    yield {
      guarantee: 'unexpected answers',
      ...(messageId !== undefined && { messageId }),
      detail: `${device}: ${what} was answered ${status} ${detail}`,
    }
}
