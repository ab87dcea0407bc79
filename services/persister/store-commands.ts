/**
 * Takes in: commands of many conversations, those of one conversation in their order.
 * Guarantees: one statement for plain messages, one transaction for all else; the order inside a conversation; a
 *   command that cannot be stored fails alone.
 * Gives out: for each command its events, or the reason why it can never be stored.
 */
import type { Kysely, Transaction } from 'kysely'
import type { CommandOutcome, CommandType } from '../../shared/contract/commands.ts'
import { insertCommandOutcomes } from '../../shared/database/queries/command-outcomes.ts'
import type { Database } from '../../shared/database/schema.ts'
import { PermanentError } from '../../shared/errors.ts'
import { changeSide } from './commands/change-side.ts'
import { deleteMessage } from './commands/delete-message.ts'
import { markAs } from './commands/mark-messages.ts'
import { sendMessages } from './commands/send-messages.ts'
import { sendPlainMessages } from './commands/send-plain-messages.ts'
import { setTyping } from './commands/set-typing.ts'
import { type Conversations, findConversationsOf, lockConversationsOf } from './conversations.ts'
import { type Result, refused, type Work, type WorkOf } from './work.ts'

export async function storeCommands(db: Kysely<Database>, works: Work[]): Promise<Result[]> {
  const results = new Map<Work, Result>()
  const typing = ofType(works, 'typing.set')
  const lasting = works.filter(work => work.command.type !== 'typing.set')
  if (typing.length > 0) {
    const conversations = await findConversationsOf(db, typing)
    for (const work of typing) results.set(work, setTyping(work, conversations.of(work)))
  }
  for (const [work, result] of await sendPlainMessages(db, lasting)) results.set(work, result)
  const others = lasting.filter(work => !results.has(work))
  if (others.length > 0) {
    await db.transaction().execute(async trx => {
      const conversations = await lockConversationsOf(trx, others)
      for (const round of roundsOf(others)) await storeRound(trx, round, conversations, results)
      await recordOutcomes(trx, others, results)
    })
  }
  return works.map(work => results.get(work) as Result)
}

/**
 * Splits commands so that each round holds, of every conversation, only commands of one type: then a round can be
 * stored type by type, in few statements, and the order inside each conversation still holds.
 */
export function roundsOf(works: Work[]): Work[][] {
  const rounds: Work[][] = []
  const last = new Map<string, { type: CommandType; round: number }>()
  for (const work of works) {
    const { conversationId, type } = work.command
    const before = last.get(conversationId)
    const round = before === undefined ? 0 : before.type === type ? before.round : before.round + 1
    last.set(conversationId, { type, round })
    rounds[round] = [...(rounds[round] ?? []), work]
  }
  return rounds
}

async function storeRound(
  trx: Transaction<Database>,
  round: Work[],
  conversations: Conversations,
  results: Map<Work, Result>,
): Promise<void> {
  const sends = ofType(round, 'message.send')
  if (sends.length > 0) collect(sends, await sendMessages(trx, sends, conversations.of))
  const read = ofType(round, 'messages.read')
  if (read.length > 0) collect(read, await markAs('read', trx, read, conversations.of))
  const delivered = ofType(round, 'messages.delivered')
  if (delivered.length > 0) collect(delivered, await markAs('delivered', trx, delivered, conversations.of))
  for (const work of round)
    if (!results.has(work)) results.set(work, await storeOne(trx, work, conversations))

  function collect(stored: Work[], outcomes: Result[]): void {
    for (const [index, work] of stored.entries()) results.set(work, outcomes[index] as Result)
  }
}

/** The rare commands, one by one. */
async function storeOne(
  trx: Transaction<Database>,
  work: Work,
  conversations: Conversations,
): Promise<Result> {
  const conversation = conversations.of(work)
  if (!conversation) {
    const isOpening = work.command.type === 'conversation.open'
    const [code, what] = isOpening
      ? (['recipient_not_found', 'recipient'] as const)
      : (['conversation_not_found', 'conversation'] as const)
    return refused(new PermanentError(code, `the ${what} does not exist`))
  }
  if (work.command.type === 'message.delete') {
    return deleteMessage(trx, work as WorkOf<'message.delete'>, conversation)
  }
  return changeSide(
    trx,
    work as Parameters<typeof changeSide>[1],
    conversation,
    conversations.isMadeFor(work),
  )
}

/** Tells who waits for it what became of a command, if somebody does; that a message was refused, who asks later too. */
export function recordOutcome(db: Kysely<Database>, work: Work, result: Result): Promise<void> {
  return recordOutcomes(db, [work], new Map([[work, result]]))
}

async function recordOutcomes(
  db: Kysely<Database>,
  works: Work[],
  results: Map<Work, Result>,
): Promise<void> {
  const outcomes = works
    .map(work => ({ command: work.command, result: results.get(work) as Result }))
    .filter(({ command, result }) => command.reportOutcome || (command.type === 'message.send' && !result.ok))
    .map(({ command, result }) => ({ commandId: command.id, outcome: outcomeOf(result) }))
  if (outcomes.length > 0) await insertCommandOutcomes(db, outcomes)
}

export function outcomeOf(result: Result): CommandOutcome {
  if (result.ok) return { ok: true, conversationId: result.conversationId, created: result.created }
  return { ok: false, code: result.error.code, detail: result.error.message }
}

function ofType<Type extends CommandType>(works: Work[], type: Type): WorkOf<Type>[] {
  return works.filter((work): work is WorkOf<Type> => work.command.type === type)
}
