import { conversationIdOf } from '../../../shared/contract/identifiers.ts'
import { sleep } from '../../../shared/lifecycle.ts'
import type { Pace } from '../pace.ts'
import type { Random } from '../random.ts'
import type { Actions } from './actions.ts'
import type { Device } from './device.ts'
import type { HeldConversation, HeldMessage } from './device-store.ts'

export interface Usage {
  device: Device
  actions: Actions
  partners: number[]
  /** By conversation: the share of the run after which nothing more is done in it. */
  activeUntil: Map<string, number>
  /** Settings belong to a user: one device of each changes them. */
  isMain: boolean
  pace: Pace
  random: Random
}

/** Per message sent. */
const CHANCES = {
  reply: 0.1,
  repeat: 0.02,
  read: 0.12,
  delivered: 0.12,
  deleteMessage: 0.03,
  configure: 0.15,
  deleteConversation: 0.01,
  typing: 0.03,
}
const LONGEST_PAUSE_MS = 20

/** Somebody who sends, reads, and tidies up, until all messages of the run are sent. */
export async function useDevice(usage: Usage): Promise<void> {
  const { pace, random, actions, device } = usage
  const side = Promise.all([useReceipts(usage), useSettings(usage)])
  while (await pace.next()) {
    const partner = random.pick(
      usage.partners.filter(other => isActive(conversationIdOf(device.userId, other), usage)),
    )
    const conversation = device.store.of(conversationIdOf(device.userId, partner))
    const original = random.chance(CHANCES.reply) ? newestOf(conversation, 20, random) : undefined
    const record = await actions.send(partner, original?.id ?? null)
    if (random.chance(CHANCES.repeat)) await actions.sendAgain(record)
    if (random.chance(CHANCES.typing)) await actions.type(conversation.id, random.chance(0.5))
    await sleep(random.int(0, LONGEST_PAUSE_MS), pace.signal)
  }
  await side
}

/** Beside sending, for a receipt that waits for its answer must not hold up what is written. */
async function useReceipts(usage: Usage): Promise<void> {
  const { device, actions, pace } = usage
  const random = usage.random.fork('receipts')
  for await (const _ of pace.steps()) {
    const conversation = pickConversation(usage, random)
    if (conversation === undefined) continue
    const { id } = conversation
    if (random.chance(CHANCES.read)) {
      const unread = foreign(conversation, device.userId).filter(message => message.readAt === null)
      if (unread.length > 0) await actions.markAs('read', id, receiptFor(unread, random))
    }
    if (random.chance(CHANCES.delivered)) {
      const fresh = foreign(conversation, device.userId).filter(message => message.deliveredAt === null)
      if (fresh.length > 0) await actions.markAs('delivered', id, receiptFor(fresh, random))
    }
  }
}

async function useSettings(usage: Usage): Promise<void> {
  const { actions, pace } = usage
  const random = usage.random.fork('settings')
  for await (const _ of pace.steps()) {
    const conversation = pickConversation(usage, random)
    if (conversation === undefined) continue
    const { id, lastSeq } = conversation
    if (random.chance(CHANCES.deleteMessage)) {
      const doomed = newestOf(conversation, 30, random)
      if (doomed) await actions.deleteMessage(id, doomed.id)
    }
    if (!usage.isMain) continue
    if (random.chance(CHANCES.configure)) {
      const setting = random.pick(['pinned', 'pinned', 'pinned', 'muted', 'archived'] as const)
      await actions.configure(id, { [setting]: random.chance(0.5) })
    }
    if (random.chance(CHANCES.deleteConversation) && conversation.messages.size > 0)
      await actions.deleteConversation(id, lastSeq)
  }
}

function pickConversation(usage: Usage, random: Random): HeldConversation | undefined {
  const known = [...usage.device.store.conversations.values()].filter(({ id }) => isActive(id, usage))
  return known.length === 0 ? undefined : random.pick(known)
}

function isActive(conversationId: string, { activeUntil, pace }: Usage): boolean {
  return pace.progress <= (activeUntil.get(conversationId) ?? 0)
}

function foreign(conversation: HeldConversation, userId: number): HeldMessage[] {
  return [...conversation.messages.values()].filter(message => message.senderId !== userId)
}

function newestOf(conversation: HeldConversation, count: number, random: Random): HeldMessage | undefined {
  const newest = [...conversation.messages.values()].slice(-count)
  return newest.length === 0 ? undefined : random.pick(newest)
}

/** Some by their ids, or all up to one. */
function receiptFor(messages: HeldMessage[], random: Random): { messageIds: string[] } | { upToSeq: number } {
  if (random.chance(0.5)) return { messageIds: messages.slice(-random.int(1, 8)).map(message => message.id) }
  return { upToSeq: random.pick(messages).seq }
}
