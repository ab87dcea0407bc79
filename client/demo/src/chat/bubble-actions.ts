import type { ChatMessage, Message } from '../../../src/types.ts'

/** Stays the same object while a chat is open, so that bubbles need not render again. */
export interface BubbleActions {
  showMenu(message: ChatMessage, anchor: HTMLElement): void
  jumpTo(id: string): void
  retry(id: string): void
  discard(id: string): void
  refreshMedia(message: ChatMessage): Promise<Message>
}
