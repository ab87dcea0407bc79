import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

interface ScreenHeaderProps {
  backLabel?: string
  /** Beside the arrow, when there is any. */
  count?: number
  onBack(): void
  children: ReactNode
}

/** The top of a screen that one comes back from. */
export function ScreenHeader({ backLabel = 'Back', count = 0, onBack, children }: ScreenHeaderProps) {
  return (
    <header className="app-header">
      <button type="button" className="icon-button back" aria-label={backLabel} onClick={onBack}>
        <Icon name="back" size={22} />
        {count > 0 && <span className="badge">{count}</span>}
      </button>
      {children}
    </header>
  )
}
