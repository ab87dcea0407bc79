/** Files on their way to the media store, and then into a message. They go on when their chat is left. */
import { ChatError } from '../../../src/chat-error.ts'
import type { ChatClient } from '../../../src/index.ts'
import type { ContentType, Readable } from '../../../src/types.ts'
import { createValue } from '../ui/value.ts'
import type { Network } from './network.ts'
import { readDuration } from './read-duration.ts'

const MAX_BYTES = 50 * 1024 * 1024

export interface NewUpload {
  conversationId: string
  recipientId: number
  file: File
  replyToId?: string | undefined
  /** Seconds; asked of the browser when not given. */
  audioDuration?: number
}

export interface UploadItem extends NewUpload {
  id: number
  contentType: Exclude<ContentType, 'text'>
  previewUrl: string
  /** From 0 to 1. */
  share: number
  error?: string
  canRetry?: boolean
}

export interface Uploads extends Readable<readonly UploadItem[]> {
  /** False for a file that is neither image nor video nor sound. */
  start(upload: NewUpload): boolean
  retry(id: number): void
  cancel(id: number): void
  close(): void
}

export function createUploads(client: ChatClient, network: Network): Uploads {
  const items = createValue<readonly UploadItem[]>([])
  const controllers = new Map<number, AbortController>()
  const stopWatching = network.subscribe(() => {
    if (network.getSnapshot() === 'offline') return
    for (const { id, canRetry } of items.getSnapshot()) if (canRetry) retry(id)
  })
  let lastId = 0

  function change(id: number, changes: Partial<UploadItem>): void {
    items.set(items.getSnapshot().map(item => (item.id === id ? { ...item, ...changes } : item)))
  }

  function remove(id: number): void {
    const item = items.getSnapshot().find(one => one.id === id)
    if (item) URL.revokeObjectURL(item.previewUrl)
    controllers.delete(id)
    items.set(items.getSnapshot().filter(one => one.id !== id))
  }

  async function run({ id, ...item }: UploadItem): Promise<void> {
    const { recipientId, file, contentType, replyToId } = item
    const controller = new AbortController()
    controllers.set(id, controller)
    try {
      if (file.size > MAX_BYTES) throw new ChatError('rejected', 'it is larger than 50 MB')
      const duration =
        contentType === 'audio' ? (item.audioDuration ?? (await readDuration(file))) : undefined
      const signal = AbortSignal.any([controller.signal, await network.pass()])
      const { url, mediaThumbnailUrl } = await client.upload(file, {
        signal,
        onProgress: share => change(id, { share }),
      })
      client.send(
        { recipientId },
        {
          ...{ contentType, mediaUrl: url },
          ...(mediaThumbnailUrl !== undefined && { mediaThumbnailUrl }),
          ...(duration !== undefined && { audioDuration: duration }),
          ...(replyToId !== undefined && { replyToId }),
        },
      )
      remove(id)
    } catch (error) {
      if (controller.signal.aborted) return remove(id)
      const canRetry = !(error instanceof ChatError && error.code === 'rejected')
      const reason = error instanceof Error && !canRetry ? error.message : 'the network is gone'
      change(id, { share: 0, error: reason, canRetry })
    }
  }

  function retry(id: number): void {
    const item = items.getSnapshot().find(one => one.id === id)
    if (!item?.canRetry) return
    change(id, { error: '', canRetry: false, share: 0 })
    void run(item)
  }

  return {
    getSnapshot: items.getSnapshot,
    subscribe: items.subscribe,
    start(upload) {
      const [contentType] = upload.file.type.split('/')
      if (contentType !== 'image' && contentType !== 'video' && contentType !== 'audio') return false
      const previewUrl = URL.createObjectURL(upload.file)
      const item: UploadItem = { ...upload, id: ++lastId, contentType, previewUrl, share: 0 }
      items.set([...items.getSnapshot(), item])
      void run(item)
      return true
    },
    retry,
    cancel(id) {
      controllers.get(id)?.abort()
      remove(id)
    },
    close() {
      stopWatching()
      for (const { id } of items.getSnapshot()) {
        controllers.get(id)?.abort()
        remove(id)
      }
    },
  }
}
