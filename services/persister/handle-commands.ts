/**
 * Takes in: what a receive of `chat-commands.fifo` brought.
 * Guarantees: a command is done only when it is stored and its events are on the topic; what is stored or announced
 *   already is not so twice, for all ids follow from the command.
 * Gives out: events to the topic; commands that can never succeed to the dead-letter queue, their sender told.
 */
import * as z from 'zod'
import { type ChatCommand, chatCommand } from '../../shared/contract/commands.ts'
import { buildEvent, type ChatEvent } from '../../shared/contract/events.ts'
import { deriveId } from '../../shared/contract/identifiers.ts'
import type { PermanentError } from '../../shared/errors.ts'
import type { Logger } from '../../shared/logger.ts'
import {
  DONE,
  type HandleMessages,
  type Outcome,
  type QueueMessage,
} from '../../shared/messaging/fifo-consumer.ts'
import type { Later } from '../../shared/messaging/outcome.ts'
import { type ParsedBody, parseBody } from '../../shared/messaging/parse-body.ts'
import type { Announce } from './announce.ts'
import type { GroupCommitter } from './group-committer.ts'
import { observeStore } from './persister-telemetry.ts'
import type { Result, Work } from './work.ts'

export function createCommandHandler(
  committer: GroupCommitter,
  announce: Announce,
  logger: Logger,
): HandleMessages {
  return async messages => {
    const parsed = messages.map(readCommand)
    const works = messages.flatMap((message, index) => {
      const result = parsed[index]
      return result?.ok ? [toWork(message, result.value)] : []
    })
    const results = await observeStore(works, () => committer.store(works), logger)
    const outcomes = await announceAll(works, results)
    return parsed.map(result =>
      result.ok ? (outcomes.shift() as Outcome | Later) : { status: 'dead', reason: result.reason },
    )
  }

  /** Conversation by conversation, side by side. */
  async function announceAll(works: Work[], results: Result[]): Promise<(Outcome | Later)[]> {
    const outcomes = new Map<Work, Outcome | Later>()
    const resultOf = new Map(works.map((work, index) => [work, results[index] as Result]))
    const announceGroup = async (group: Work[]) => {
      const announcements = group.flatMap(work =>
        eventsOf(work, resultOf.get(work) as Result).map(event => ({ event, trace: work.trace })),
      )
      try {
        const announced = await announce(announcements)
        for (const work of group) {
          const outcome = outcomeOf(resultOf.get(work) as Result)
          outcomes.set(work, announced ? laterThan(announced.afterwards, outcome) : outcome)
        }
      } catch (error) {
        for (const work of group) outcomes.set(work, { status: 'retry', error })
      }
    }
    await Promise.all(
      [...Map.groupBy(works, work => work.command.conversationId).values()].map(announceGroup),
    )
    return works.map(work => outcomes.get(work) as Outcome | Later)
  }
}

/** Generated code for sound commands; what is unsound goes through the schema itself. */
const compiledCommand = z.compile(chatCommand)

/** Far above what the ingress accepts; below it the event of a command always fits on the topic. */
const MAX_COMMAND_BYTES = 200_000

function readCommand({ body }: QueueMessage): ParsedBody<ChatCommand> {
  const isTooLarge = Buffer.byteLength(body) > MAX_COMMAND_BYTES
  return isTooLarge ? { ok: false, reason: 'too large' } : parseBody(compiledCommand, body)
}

function eventsOf(work: Work, result: Result): ChatEvent[] {
  return result.ok ? result.events : [failureEvent(work.command, result.error)]
}

function outcomeOf(result: Result): Outcome {
  return result.ok ? DONE : { status: 'dead', reason: `${result.error.code}: ${result.error.message}` }
}

function laterThan(afterwards: Promise<void>, outcome: Outcome): Later {
  const retry = (error: unknown): Outcome => ({ status: 'retry', error })
  return { status: 'later', outcome: afterwards.then(() => outcome, retry) }
}

function toWork(message: QueueMessage, command: ChatCommand): Work {
  const redelivered =
    message.receiveCount > 1 || message.attributes.redriven !== undefined || wasMoved(message, command)
  return { command, redelivered, trace: message.trace }
}

/** Far above the time that a send may take, and what clocks differ by. */
const MOVED_AFTER_MS = 60_000

/** A redrive by SQS itself leaves no mark, but sends anew what was accepted long before. */
function wasMoved({ sentAt }: QueueMessage, { acceptedAt }: ChatCommand): boolean {
  return sentAt.getTime() - Date.parse(acceptedAt) > MOVED_AFTER_MS
}

function failureEvent(command: ChatCommand, error: PermanentError): ChatEvent {
  return buildEvent({
    id: deriveId('command.failed', command.id),
    name: 'command.failed',
    conversationId: command.conversationId,
    time: command.acceptedAt,
    data: {
      audience: [command.userId],
      id: command.type === 'message.send' ? command.data.id : command.id,
      code: error.code,
      detail: error.message,
      ...(command.requestId !== undefined && { requestId: command.requestId }),
    },
  })
}
