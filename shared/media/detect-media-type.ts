import { fileTypeFromBuffer } from 'file-type'
import { ProblemError } from '../contract/problems.ts'

export interface MediaType {
  contentType: string
  extension: string
}

/** As much of a file tells what it is. */
export const HEAD_BYTES = 4_100

const mediaType = (contentType: string, extension: string): MediaType => ({ contentType, extension })
const AUDIO_MP4 = mediaType('audio/mp4', 'm4a')
const AUDIO_WEBM = mediaType('audio/webm', 'webm')

/** What may be uploaded, under the names of `file-type`. */
const ALLOWED: Record<string, MediaType> = {
  'image/jpeg': mediaType('image/jpeg', 'jpg'),
  'image/png': mediaType('image/png', 'png'),
  'image/apng': mediaType('image/png', 'png'),
  'image/gif': mediaType('image/gif', 'gif'),
  'image/webp': mediaType('image/webp', 'webp'),
  'video/mp4': mediaType('video/mp4', 'mp4'),
  'video/quicktime': mediaType('video/quicktime', 'mov'),
  'video/webm': mediaType('video/webm', 'webm'),
  'audio/mpeg': mediaType('audio/mpeg', 'mp3'),
  'audio/x-m4a': AUDIO_MP4,
  'audio/aac': mediaType('audio/aac', 'aac'),
  'audio/ogg': mediaType('audio/ogg', 'ogg'),
  'audio/ogg; codecs=opus': mediaType('audio/ogg', 'ogg'),
  'audio/wav': mediaType('audio/wav', 'wav'),
}

/** The extension of what may be uploaded, by its content type. */
export const EXTENSIONS: ReadonlyMap<string, string> = new Map(
  [...Object.values(ALLOWED), AUDIO_MP4, AUDIO_WEBM].map(({ contentType, extension }) => [
    contentType,
    extension,
  ]),
)

/** What phones make photos of, and cannot be made anew here. */
const PHOTO_OF_PHONE = /^image\/(hei[cf]|avif)/

/** 415 for a file of this type; of none that is known where it is empty. */
export function typeRefused(contentType: string): ProblemError {
  const what = contentType === '' ? 'the file' : `a file of type ${contentType}`
  const mending = PHOTO_OF_PHONE.test(contentType)
    ? ': convert it to JPEG first, or have the picker of photos do it (its option for compatible files)'
    : ''
  const types = [...EXTENSIONS.keys()].join(', ')
  return new ProblemError(415, `${what} may not be uploaded${mending}; may be: ${types}`)
}

/** Containers that hold either, with what of a video's, and of a sound's tracks shows in the head. */
const CONTAINERS: Record<string, { audio: MediaType; video: RegExp; sound: RegExp }> = {
  'video/mp4': { audio: AUDIO_MP4, video: /hdlr.{8}vide/s, sound: /hdlr.{8}soun/s },
  'video/webm': {
    audio: AUDIO_WEBM,
    video: /V_(?:VP[89]|AV1)/,
    sound: /A_(?:OPUS|VORBIS)/,
  },
}

/**
 * What the beginning of a file shows it to be; a ProblemError 415 for what may not be uploaded. What the client calls it
 * counts for one thing only: where a recorder tells its tracks at the end of the file, whether they are a video or a sound.
 */
export async function detectMediaType(head: Buffer, declaredType: string): Promise<MediaType> {
  const found = (await fileTypeFromBuffer(head))?.mime ?? ''
  const type = ALLOWED[found]
  if (type === undefined) throw typeRefused(found)
  const container = CONTAINERS[found]
  if (container === undefined) return type
  const text = head.toString('latin1')
  const isSound = container.sound.test(text) || declaredType.startsWith('audio/')
  return isSound && !container.video.test(text) ? container.audio : type
}
