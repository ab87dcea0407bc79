export interface FrameQueueOptions<Frame> {
  /** Never rejects. */
  handle(frame: Frame): Promise<string | undefined>
  /** Resolves when the socket can take more. */
  reply(body: string): Promise<unknown>
  pause(): void
  resume(): void
  /** Every frame added has been answered. */
  onIdle(): void
  /** Frames handled at once; beyond it the socket is not read. */
  maxInFlight: number
}

export interface FrameQueue<Frame> {
  add(frame: Frame): void
  /** Resolves when every frame added has been answered. */
  settled(): Promise<void>
}

/** Handles the frames of one socket side by side, started in their order and answered in their order. */
export function createFrameQueue<Frame>(options: FrameQueueOptions<Frame>): FrameQueue<Frame> {
  // What was read in the same chunk as the frame that filled the bound: a chunk's worth at most.
  const waiting: Frame[] = []
  let inFlight = 0
  let isPaused = false
  let answered: Promise<void> = Promise.resolve()

  function startWaiting(): void {
    while (inFlight < options.maxInFlight) {
      const frame = waiting.shift()
      if (frame === undefined) break
      inFlight++
      answered = answerAfter(answered, options.handle(frame))
    }
    const isFull = inFlight >= options.maxInFlight
    if (isFull === isPaused) return
    isPaused = isFull
    if (isFull) options.pause()
    else options.resume()
  }

  async function answerAfter(previous: Promise<void>, handled: Promise<string | undefined>): Promise<void> {
    await previous
    const body = await handled
    if (body !== undefined) await options.reply(body)
    inFlight--
    startWaiting()
    if (inFlight === 0) options.onIdle()
  }

  return {
    add(frame) {
      waiting.push(frame)
      startWaiting()
    },
    async settled() {
      while (inFlight > 0) await answered
    },
  }
}
