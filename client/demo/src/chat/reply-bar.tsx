import type { ChatMessage } from '../../../src/types.ts'
import { Icon } from '../ui/icon.tsx'
import { Quote } from './quote.tsx'

/** What the next message answers. */
export function ReplyBar({
  message,
  author,
  onCancel,
}: {
  message: ChatMessage
  author: string
  onCancel(): void
}) {
  return (
    <div className="reply-bar">
      <span className="hidden-text">Replying to</span>
      <Quote author={author} message={message} />
      <button type="button" className="icon-button" aria-label="Do not reply to it" onClick={onCancel}>
        <Icon name="close" size={18} />
      </button>
    </div>
  )
}
