/**
 * Takes in: what a receive of `chat-commands.fifo` brought.
 * Guarantees: a command is done only when it is stored and its events are on the topic; what is stored or announced
 *   already is not so twice, for all ids follow from the command.
 * Gives out: events to the topic; commands that can never succeed to the dead-letter queue, their sender told.
 */
import { type ChatCommand, chatCommand } from '../../shared/contract/commands.ts'
import { buildEvent, type ChatEvent } from '../../shared/contract/events.ts'
import { deriveId } from '../../shared/contract/identifiers.ts'
import type { PermanentError } from '../../shared/errors.ts'
import type { EventPublisher } from '../../shared/messaging/event-publisher.ts'
import {
  DONE,
  type HandleMessages,
  type Outcome,
  type QueueMessage,
} from '../../shared/messaging/fifo-consumer.ts'
import { parseBody } from '../../shared/messaging/parse-body.ts'
import type { GroupCommitter } from './group-committer.ts'
import { observeStored } from './persister-metrics.ts'
import type { Result, Work } from './work.ts'

export function createCommandHandler(committer: GroupCommitter, publisher: EventPublisher): HandleMessages {
  return async messages => {
    const parsed = messages.map(message => parseBody(chatCommand, message.body))
    const works = messages.flatMap((message, index) => {
      const result = parsed[index]
      return result?.ok ? [toWork(message, result.value)] : []
    })
    const results = await committer.store(works)
    const announced = works.map((work, index) => announce(work, results[index] as Result))
    observeStored(works, results)
    const outcomes = await Promise.all(announced)
    return parsed.map(result =>
      result.ok ? (outcomes.shift() as Outcome) : { status: 'dead', reason: result.reason },
    )
  }

  async function announce(work: Work, result: Result): Promise<Outcome> {
    const events = result.ok ? result.events : [failureEvent(work.command, result.error)]
    try {
      await Promise.all(events.map(event => publisher.publish(event, work.traceparent)))
    } catch (error) {
      return { status: 'retry', error }
    }
    return result.ok ? DONE : { status: 'dead', reason: `${result.error.code}: ${result.error.message}` }
  }
}

function toWork(message: QueueMessage, command: ChatCommand): Work {
  const { traceparent, redriven } = message.attributes
  return { command, redelivered: message.receiveCount > 1 || redriven !== undefined, traceparent }
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
