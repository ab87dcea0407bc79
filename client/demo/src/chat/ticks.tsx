import type { ChatMessage } from '../../../src/types.ts'

const LABELS: Record<ChatMessage['status'], string> = {
  pending: 'Sending',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  failed: 'Failed',
}

/** A clock, one tick, two, two coloured; an exclamation mark for what failed. */
export function Ticks({ status }: { status: ChatMessage['status'] }) {
  return (
    <span className="ticks" role="img" aria-label={LABELS[status]} data-status={status}>
      <svg viewBox="0 0 20 14" width="18" height="12.6" aria-hidden="true">
        {status === 'pending' && <path d="M10 1.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M10 4v3.2l2 1.3" />}
        {status === 'failed' && <path d="M10 1.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M10 4v3.5M10 9.7v.1" />}
        {status === 'sent' && <path d="m5.5 7.5 3.2 3.2 6-7.2" />}
        {(status === 'delivered' || status === 'read') && (
          <path d="m2.5 7.5 3.2 3.2 6-7.2M9.6 10.4l.3.3 6-7.2" />
        )}
      </svg>
    </span>
  )
}
