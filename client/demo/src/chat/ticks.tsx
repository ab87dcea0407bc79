import type { ChatMessage } from '../../../src/types.ts'

const LABELS: Record<ChatMessage['status'], string> = {
  pending: 'Sending',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  failed: 'Failed',
}

/** A clock, one tick, two, two coloured; an exclamation mark for what failed. Drawn by the style sheet. */
export function Ticks({ status }: { status: ChatMessage['status'] }) {
  return <span className="ticks" role="img" aria-label={LABELS[status]} data-status={status} />
}
