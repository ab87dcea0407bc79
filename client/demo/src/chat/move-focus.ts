import type { KeyboardEvent } from 'react'

/** Arrow keys walk through the messages; Enter opens the menu of the one that is focused. */
export function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const log = event.currentTarget
  const focused = event.target as HTMLElement
  const isMessage = 'messageId' in focused.dataset
  // Keys inside a message belong to its player or button.
  if (focused !== log && !isMessage) return
  if (event.key === 'Enter' && isMessage) {
    event.preventDefault()
    focused.querySelector<HTMLElement>('.message-menu')?.click()
    return
  }
  const messages = [...log.querySelectorAll<HTMLElement>('[data-message-id]')]
  const index = isMessage ? messages.indexOf(focused) : messages.length
  const next = {
    ArrowUp: index - 1,
    ArrowDown: index + 1,
    Home: 0,
    End: messages.length - 1,
  }[event.key]
  if (next === undefined) return
  event.preventDefault()
  const message = messages[Math.max(0, next)]
  message?.focus({ preventScroll: true })
  message?.scrollIntoView({ block: 'nearest' })
}
