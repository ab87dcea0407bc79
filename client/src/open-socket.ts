import type { FrameData } from '../../shared/contract/wire.ts'
import { ChatError } from './chat-error.ts'
import { readJson } from './read-json.ts'

export type FrameType = keyof FrameData
/** A frame of the server, told apart by its `type`. */
export type Frame = {
  [Type in FrameType]: { type: Type; data: FrameData[Type]; requestId?: string }
}[FrameType]

export interface OpenSocket {
  /** Resolves with the reason when the socket is closed, by whomever. */
  closed: Promise<ChatError>
  send(action: string, data?: unknown): void
  close(error?: ChatError): void
  /** Pings, and closes a socket that brings no frame at all in time. Resolves with whether it lives. */
  prove(timeoutMs: number): Promise<boolean>
}

/** Resolves when the socket is open; rejects with code `socket` when it does not open before the signal aborts. */
export function openSocket(
  url: string,
  WebSocketOf: typeof WebSocket,
  onFrame: (frame: Frame) => void,
  signal: AbortSignal,
): Promise<OpenSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocketOf(url)
    /** Called at the next frame. */
    const listeners = new Set<() => void>()
    let end: (error: ChatError) => void = () => {}
    const closed = new Promise<ChatError>(tell => {
      end = tell
    })
    // Told at once: without a network, the event of closing can take minutes.
    const close = (error = new ChatError('aborted', 'the client closed the socket')) => {
      end(error)
      socket.close(1000)
    }
    const giveUp = () => {
      close()
      reject(new ChatError('socket', 'the socket does not open'))
    }
    signal.addEventListener('abort', giveUp)
    const send = (action: string, data?: unknown) => socket.send(JSON.stringify({ action, data }))

    socket.onopen = () => {
      signal.removeEventListener('abort', giveUp)
      resolve({
        ...{ closed, send, close },
        async prove(timeoutMs) {
          const spoken = new Promise<true>(heard => listeners.add(() => heard(true)))
          const silent = new Promise<false>(over => setTimeout(() => over(false), timeoutMs))
          send('ping')
          const lives = await Promise.race([spoken, silent, closed.then(() => false)])
          if (!lives) close(new ChatError('socket', 'the socket is open, but nothing comes'))
          return lives
        },
      })
    }
    socket.onmessage = ({ data }) => {
      for (const listener of listeners) listener()
      listeners.clear()
      const frame = readFrame(data)
      if (frame) onFrame(frame)
    }
    socket.onerror = () => {}
    socket.onclose = () => {
      end(new ChatError('network', 'the connection was lost'))
      reject(new ChatError('socket', 'the socket does not open'))
    }
  })
}

function readFrame(data: unknown): Frame | undefined {
  const frame = readJson(String(data)) as Frame | undefined
  return typeof frame?.type === 'string' ? frame : undefined
}
