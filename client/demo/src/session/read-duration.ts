const MAX_SECONDS = 300

/** Whole seconds of a sound; undefined when the browser cannot tell, or it is longer than a message may say. */
export function readDuration(file: Blob): Promise<number | undefined> {
  return new Promise(resolve => {
    const audio = new Audio()
    const url = URL.createObjectURL(file)
    const end = (seconds: number) => {
      URL.revokeObjectURL(url)
      resolve(seconds <= MAX_SECONDS ? Math.round(seconds) : undefined)
    }
    audio.preload = 'metadata'
    audio.onloadedmetadata = () => end(audio.duration)
    audio.onerror = () => end(Number.NaN)
    audio.src = url
  })
}
