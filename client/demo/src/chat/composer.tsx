import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Icon } from '../ui/icon.tsx'
import { canRecord, type Recording, startRecording } from './recorder.ts'
import { RecordingBar } from './recording-bar.tsx'

const MAX_TEXT = 5_000
const MAX_HEIGHT_PX = 132

interface ComposerProps {
  input: RefObject<HTMLTextAreaElement | null>
  draft: string
  otherName: string
  onDraft(text: string): void
  onSend(text: string): void
  onTyping(isTyping: boolean): void
  onFile(file: File, audioDuration?: number): void
  onError(text: string): void
}

export function Composer(props: ComposerProps) {
  const { input, draft, otherName, onDraft, onSend, onTyping, onFile, onError } = props
  const [text, setText] = useState(draft)
  const [recording, setRecording] = useState<Recording>()
  const files = useRef<HTMLInputElement>(null)
  const isEmpty = text.trim() === ''

  // biome-ignore lint/correctness/useExhaustiveDependencies: its height follows from the text
  useLayoutEffect(() => {
    const element = input.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(element.scrollHeight, MAX_HEIGHT_PX)}px`
  }, [text, recording])
  useEffect(() => () => void recording?.stop(), [recording])

  function change(next: string): void {
    setText(next)
    onDraft(next)
    onTyping(next.trim() !== '')
  }

  function send(): void {
    if (isEmpty) return
    change('')
    onSend(text.trim())
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }

  async function record(): Promise<void> {
    try {
      setRecording(await startRecording())
    } catch {
      onError('The microphone cannot be used.')
    }
  }

  async function endRecording(isWanted: boolean): Promise<void> {
    const made = await recording?.stop()
    setRecording(undefined)
    if (made && isWanted) onFile(made.file, made.seconds)
  }

  if (recording)
    return (
      <RecordingBar
        recording={recording}
        onSend={() => void endRecording(true)}
        onCancel={() => void endRecording(false)}
      />
    )
  return (
    <div className="composer-row">
      <input
        ref={files}
        type="file"
        hidden
        accept="image/*,video/*,audio/*"
        multiple
        aria-label="Files to send"
        data-testid="file-input"
        onChange={({ target }) => {
          for (const file of target.files ?? []) onFile(file)
          target.value = ''
        }}
      />
      <button
        type="button"
        className="icon-button"
        aria-label="Attach a photo, video or sound"
        onClick={() => files.current?.click()}
      >
        <Icon name="attach" />
      </button>
      <textarea
        ref={input}
        value={text}
        rows={1}
        maxLength={MAX_TEXT}
        dir="auto"
        placeholder="Message"
        aria-label={`Message to ${otherName}`}
        enterKeyHint="send"
        onChange={event => change(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => onTyping(false)}
        onPaste={({ clipboardData }) => {
          for (const file of clipboardData.files) onFile(file)
        }}
      />
      {isEmpty && canRecord ? (
        <button
          type="button"
          className="send"
          aria-label="Record a voice message"
          onClick={() => void record()}
        >
          <Icon name="mic" />
        </button>
      ) : (
        <button type="button" className="send" aria-label="Send" disabled={isEmpty} onClick={send}>
          <Icon name="send" />
        </button>
      )}
    </div>
  )
}
