import { Icon } from './icon.tsx'

/** What went wrong, until it is closed. */
export function Alert({ text, onClose }: { text: string; onClose(): void }) {
  return (
    <div role="alert">
      {text && (
        <p className="alert">
          <span>{text}</span>
          <button type="button" className="icon-button" aria-label="Close this notice" onClick={onClose}>
            <Icon name="close" size={16} />
          </button>
        </p>
      )}
    </div>
  )
}
