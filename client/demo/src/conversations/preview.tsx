import type { Message } from '../../../src/types.ts'
import { formatSeconds } from '../ui/format.ts'
import { Icon, type IconName } from '../ui/icon.tsx'

const MEDIA: Record<Exclude<Message['contentType'], 'text'>, { icon: IconName; label: string }> = {
  image: { icon: 'camera', label: 'Photo' },
  video: { icon: 'video', label: 'Video' },
  audio: { icon: 'mic', label: 'Voice message' },
}

/** A message in one line. */
export function Preview({
  message,
}: {
  message: Pick<Message, 'contentType' | 'textContent' | 'audioDuration'>
}) {
  const { contentType, textContent, audioDuration } = message
  if (contentType === 'text') return <span dir="auto">{textContent}</span>
  const { icon, label } = MEDIA[contentType]
  return (
    <span className="preview-media">
      <Icon name={icon} size={15} />
      {textContent || label}
      {audioDuration !== null && ` · ${formatSeconds(audioDuration)}`}
    </span>
  )
}
