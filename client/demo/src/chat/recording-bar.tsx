import { useEffect, useState } from 'react'
import { formatSeconds } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import type { Recording } from './recorder.ts'

interface RecordingBarProps {
  recording: Recording
  onSend(): void
  onCancel(): void
}

export function RecordingBar({ recording, onSend, onCancel }: RecordingBarProps) {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setSeconds(recording.seconds()), 250)
    return () => clearInterval(timer)
  }, [recording])
  return (
    // biome-ignore lint/a11y/useSemanticElements: a bar of the composer is no set of form fields
    <div
      className="composer-row"
      role="group"
      aria-label="Voice message"
      onKeyDown={event => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        onCancel()
      }}
    >
      <button type="button" className="icon-button" aria-label="Throw the recording away" onClick={onCancel}>
        <Icon name="trash" />
      </button>
      <span className="recording" role="timer">
        <span className="recording-dot" aria-hidden="true" />
        Recording {formatSeconds(seconds)}
      </span>
      {/* biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was pressed */}
      <button type="button" className="send" aria-label="Send the voice message" autoFocus onClick={onSend}>
        <Icon name="send" />
      </button>
    </div>
  )
}
