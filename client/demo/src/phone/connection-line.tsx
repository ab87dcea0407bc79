import { useEffect, useState } from 'react'
import type { ChatError } from '../../../src/chat-error.ts'
import { useConnectionState } from '../../../src/react.ts'
import { useSession } from '../session/session.ts'

/** The state in a word, and why it is not online. */
export function ConnectionLine() {
  const { client } = useSession()
  const { status, error, retryAt } = useConnectionState(client)
  return (
    <p className="connection" data-status={status} data-testid="connection">
      <span className="connection-dot" aria-hidden="true" />
      <span role="status">
        {LABELS[status]}
        {error && status !== 'online' && <span className="connection-why"> · {reasonOf(error)}</span>}
      </span>
      {status === 'offline' && retryAt !== undefined && <Countdown until={retryAt} />}
    </p>
  )
}

const LABELS = {
  online: 'Online',
  connecting: 'Connecting …',
  'catching-up': 'Catching up …',
  offline: 'Offline',
}

function reasonOf({ code, message }: ChatError): string {
  return code === 'network' ? 'no network' : message
}

/** Silent for screen readers: it changes every second. */
function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.max(0, Math.ceil((until - now) / 1000))
  return (
    <span className="connection-retry" aria-hidden="true">
      {seconds > 0 ? `next try in ${seconds} s` : 'trying'}
    </span>
  )
}
