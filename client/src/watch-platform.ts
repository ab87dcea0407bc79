/** Calls `check` when a browser says that the network is back or the page is looked at again. Returns how to stop. */
export function watchPlatform(check: () => void): () => void {
  const target = globalThis as Partial<typeof globalThis>
  // React Native has neither; apps call `check` from AppState and NetInfo.
  if (typeof target.addEventListener !== 'function') return () => {}
  const onVisible = () => {
    if (target.document?.visibilityState === 'visible') check()
  }
  target.addEventListener('online', check)
  target.document?.addEventListener('visibilitychange', onVisible)
  return () => {
    target.removeEventListener?.('online', check)
    target.document?.removeEventListener('visibilitychange', onVisible)
  }
}
