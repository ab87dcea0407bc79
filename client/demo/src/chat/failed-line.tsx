import type { ChatMessage, MessageFailure } from '../../../src/types.ts'
import type { BubbleActions } from './bubble-actions.ts'

interface FailedLineProps {
  message: ChatMessage
  failure: MessageFailure
  actions: BubbleActions
}

export function FailedLine({ message, failure, actions }: FailedLineProps) {
  return (
    <div className="failed">
      <span className="failed-reason">Not sent: {failure.detail}</span>
      <span className="failed-actions">
        <button type="button" onClick={() => actions.retry(message.id)}>
          Retry
        </button>
        <button type="button" onClick={() => actions.discard(message.id)}>
          Discard
        </button>
      </span>
    </div>
  )
}
