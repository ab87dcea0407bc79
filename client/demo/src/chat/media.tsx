import { useState } from 'react'
import type { ChatMessage, Message } from '../../../src/types.ts'
import { AudioPlayer } from './audio-player.tsx'

export interface MediaProps {
  message: ChatMessage
  refresh(message: ChatMessage): Promise<Message>
}

export function Media({ message, refresh }: MediaProps) {
  const { contentType, mediaUrl, mediaThumbnailUrl, audioDuration } = message
  const [isBroken, setIsBroken] = useState(false)
  if (contentType === 'text' || !mediaUrl) return null
  if (isBroken) return <p className="media-broken">This {contentType} cannot be shown.</p>
  /** Its address may have ended; who gets the same again need not try it. */
  const onError = () => {
    refresh(message).then(
      fresh => setIsBroken(fresh.mediaUrl === mediaUrl),
      () => setIsBroken(true),
    )
  }
  switch (contentType) {
    case 'image':
      return (
        <a className="media" href={mediaUrl} target="_blank" rel="noreferrer" aria-label="Open the photo">
          <img src={mediaThumbnailUrl ?? mediaUrl} alt="" onError={onError} />
        </a>
      )
    case 'video':
      return (
        <video
          className="media"
          src={mediaUrl}
          {...(mediaThumbnailUrl && { poster: mediaThumbnailUrl })}
          aria-label="Video"
          controls
          playsInline
          preload="metadata"
          onError={onError}
        />
      )
    case 'audio':
      return <AudioPlayer key={mediaUrl} url={mediaUrl} duration={audioDuration} onError={onError} />
  }
}
