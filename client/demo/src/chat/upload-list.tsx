import { useSession } from '../session/session.ts'
import { Icon } from '../ui/icon.tsx'
import { useValue } from '../ui/value.ts'

/** Files of this conversation that are not messages yet. */
export function UploadList({ conversationId }: { conversationId: string }) {
  const { uploads } = useSession()
  const items = useValue(uploads).filter(item => item.conversationId === conversationId)
  if (items.length === 0) return null
  return (
    <ul className="uploads" aria-label="Uploads">
      {items.map(({ id, file, contentType, previewUrl, share, error, canRetry }) => (
        <li key={id} className="upload">
          {contentType === 'image' ? (
            <img className="upload-preview" src={previewUrl} alt="" />
          ) : (
            <span className="upload-preview">
              <Icon name={contentType === 'video' ? 'video' : 'mic'} />
            </span>
          )}
          <span className="upload-text">
            <span className="upload-name">{file.name}</span>
            {error ? (
              <span className="upload-error" role="alert">
                Not sent: {error}
              </span>
            ) : (
              <progress value={share} max={1} aria-label={`Upload of ${file.name}`} />
            )}
          </span>
          {canRetry && (
            <button
              type="button"
              className="icon-button"
              aria-label={`Try again: ${file.name}`}
              onClick={() => uploads.retry(id)}
            >
              <Icon name="retry" size={18} />
            </button>
          )}
          <button
            type="button"
            className="icon-button"
            aria-label={`Cancel ${file.name}`}
            onClick={() => uploads.cancel(id)}
          >
            <Icon name="close" size={18} />
          </button>
        </li>
      ))}
    </ul>
  )
}
