/** MP4 first: iPhones play no WebM. */
const TYPES = ['audio/mp4', 'audio/webm', 'audio/ogg']
const MAX_SECONDS = 300

export interface Recording {
  /** So far. */
  seconds(): number
  /** Ends it and lets go of the microphone. */
  stop(): Promise<{ file: File; seconds: number }>
}

export const canRecord = typeof MediaRecorder !== 'undefined' && Boolean(navigator.mediaDevices)

/** Rejects when there is no microphone, or it may not be used. */
export async function startRecording(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  const mimeType = TYPES.find(type => MediaRecorder.isTypeSupported(type))
  const recorder = new MediaRecorder(stream, mimeType ? { mimeType } : {})
  const chunks: Blob[] = []
  const startedAt = performance.now()
  const seconds = () => Math.min(MAX_SECONDS, (performance.now() - startedAt) / 1000)
  recorder.ondataavailable = ({ data }) => chunks.push(data)
  recorder.start()
  return {
    seconds,
    stop() {
      const length = Math.max(1, Math.round(seconds()))
      return new Promise(resolve => {
        recorder.onstop = () => {
          for (const track of stream.getTracks()) track.stop()
          const [type = 'audio/webm'] = recorder.mimeType.split(';')
          resolve({ file: new File(chunks, 'voice message', { type }), seconds: length })
        }
        recorder.stop()
      })
    },
  }
}
