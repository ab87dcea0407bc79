import { actions } from './actions/actions.ts'
import type { Frame } from './build-events.ts'

/** The route that `$request.body.action` selects; `$default` for everything that names none. */
export function selectRoute(frame: Frame): string {
  if (frame.isBinary) return '$default'
  try {
    const action = (JSON.parse(frame.data.toString()) as { action?: unknown } | null)?.action
    return typeof action === 'string' && actions.has(action) ? action : '$default'
  } catch {
    return '$default'
  }
}
