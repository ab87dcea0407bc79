/** One Ctrl-C may arrive twice: from the terminal and passed on by npm. */
const SAME_SIGNAL_MS = 300

/** `stop` fires when the stack shall end; `hasten` when it is asked again. */
export function watchSignals(): { stop: AbortSignal; hasten: AbortSignal } {
  const stop = new AbortController()
  const hasten = new AbortController()
  let askedAt = Number.POSITIVE_INFINITY
  const ask = () => {
    if (stop.signal.aborted && Date.now() - askedAt > SAME_SIGNAL_MS) hasten.abort()
    if (!stop.signal.aborted) askedAt = Date.now()
    stop.abort(new Error('stopped'))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask)
  if (process.connected) process.once('disconnect', ask)
  return { stop: stop.signal, hasten: hasten.signal }
}
