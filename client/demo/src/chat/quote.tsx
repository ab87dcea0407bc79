import type { ChatMessage } from '../../../src/types.ts'
import { Preview } from '../conversations/preview.tsx'

export interface QuotedMessage {
  author: string
  /** Undefined when it is older than what is loaded, or deleted. */
  message: ChatMessage | undefined
}

export function Quote({ author, message }: QuotedMessage) {
  return (
    <span className="quote">
      <span className="quote-author">{message ? author : 'Reply'}</span>
      <span className="quote-text">{message ? <Preview message={message} /> : 'to an earlier message'}</span>
    </span>
  )
}
