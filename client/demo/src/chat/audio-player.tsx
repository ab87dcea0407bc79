import { useRef, useState } from 'react'
import { formatSeconds } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'

/** `duration` as the message says it: a recording often does not know its own. */
export interface AudioPlayerProps {
  url: string
  duration: number | null
  onError(): void
}

export function AudioPlayer({ url, duration, onError }: AudioPlayerProps) {
  const audio = useRef<HTMLAudioElement>(null)
  const [isPlaying, setIsPlaying] = useState(false)
  const [at, setAt] = useState(0)
  const [known, setKnown] = useState(duration)
  const [isBroken, setIsBroken] = useState(false)
  const end = known ?? 0

  return (
    <div className="audio">
      <button
        type="button"
        className="audio-toggle"
        aria-label={isPlaying ? 'Pause voice message' : 'Play voice message'}
        disabled={isBroken}
        onClick={() => void (isPlaying ? audio.current?.pause() : audio.current?.play().catch(() => {}))}
      >
        {isPlaying ? <span className="audio-pause" aria-hidden="true" /> : <Icon name="play" size={18} />}
      </button>
      <input
        type="range"
        aria-label="Position"
        aria-valuetext={`${formatSeconds(at)} of ${formatSeconds(end)}`}
        min={0}
        max={end || 1}
        step={0.1}
        value={Math.min(at, end || 1)}
        style={{ '--share': `${end ? Math.min(100, (at / end) * 100) : 0}%` } as React.CSSProperties}
        onChange={event => {
          if (audio.current) audio.current.currentTime = Number(event.target.value)
          setAt(Number(event.target.value))
        }}
      />
      <span className="audio-time">
        {isBroken ? 'not found' : formatSeconds(isPlaying || at > 0 ? at : end)}
      </span>
      {/* biome-ignore lint/a11y/useMediaCaption: what people say has no captions */}
      <audio
        ref={audio}
        src={url}
        preload="none"
        onPlay={() => setIsPlaying(true)}
        onPause={() => setIsPlaying(false)}
        onTimeUpdate={({ currentTarget }) => setAt(currentTarget.currentTime)}
        onLoadedMetadata={({ currentTarget }) => {
          if (Number.isFinite(currentTarget.duration)) setKnown(currentTarget.duration)
        }}
        onEnded={() => setAt(0)}
        onError={() => {
          setIsBroken(true)
          onError()
        }}
      />
    </div>
  )
}
