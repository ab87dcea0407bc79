import type { Kysely } from 'kysely'
import { storeCommands } from '../../services/persister/store-commands.ts'
import type { Result, Work } from '../../services/persister/work.ts'
import { acceptCommand, acceptMessage } from '../../shared/contract/accept-command.ts'
import type { ChatCommand, CommandOf } from '../../shared/contract/commands.ts'
import type { ChatEvent } from '../../shared/contract/events.ts'
import type { Message } from '../../shared/contract/objects.ts'
import { type SendMessageBody, sendMessageBody } from '../../shared/contract/requests.ts'
import type { Database } from '../../shared/database/schema.ts'

export const [ADA, BOB, EVE, DAN, UMA] = [1, 2, 3, 4, 5]

/** A message as the ingress accepts it. */
export function sendCommand(
  senderId: number,
  recipientId: number,
  body: object = {},
  options: { reportOutcome?: boolean; requestId?: string } = {},
): CommandOf<'message.send'> {
  const parsed: SendMessageBody = sendMessageBody.parse({
    recipientId,
    contentType: 'text',
    textContent: 'hi',
    ...body,
  })
  return acceptMessage(senderId, parsed, { mediaOrigins: ['https://media.example'], ...options }).command
}

type Other = Parameters<typeof acceptCommand>[2]

/** Any other command; `acceptedAt` in milliseconds from now orders those that must not have one time. */
export function otherCommand(
  userId: number,
  conversationId: string,
  command: Other,
  { acceptedInMs = 0, ...options }: { acceptedInMs?: number; reportOutcome?: boolean } = {},
): ChatCommand {
  const acceptedAt = new Date(Date.now() + acceptedInMs).toISOString()
  return { ...acceptCommand(userId, conversationId, command, options), acceptedAt }
}

export function workOf<Command extends ChatCommand>(
  command: Command,
  { redelivered = false } = {},
): Work<Command> {
  return { command, redelivered, trace: undefined }
}

/** Stores commands in one transaction; throws when one is refused. Gives all their events, in order. */
export async function store(db: Kysely<Database>, ...commands: ChatCommand[]): Promise<ChatEvent[]> {
  const results = await storeCommands(
    db,
    commands.map(command => workOf(command)),
  )
  return results.flatMap(eventsOf)
}

export function eventsOf(result: Result): ChatEvent[] {
  if (!result.ok) throw result.error
  return result.events
}

/** Stores texts from one user to another and gives the messages. */
export async function storeTexts(
  db: Kysely<Database>,
  senderId: number,
  recipientId: number,
  texts: string[],
): Promise<Message[]> {
  const commands = texts.map(textContent => sendCommand(senderId, recipientId, { textContent }))
  return (await store(db, ...commands)).map(messageOf)
}

export function messageOf(event: ChatEvent | undefined): Message {
  if (event?.type !== 'co.growzone.chat.message.created') throw new Error(`no message in ${event?.type}`)
  return event.data.message
}
