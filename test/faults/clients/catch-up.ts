import type { Conversation } from '../../../shared/contract/objects.ts'
import { backoffMs, sleep } from '../../../shared/lifecycle.ts'
import type { DeviceStore } from './device-store.ts'
import type { RestClient } from './rest-client.ts'

/** Learns by REST what a socket did not tell, one thing at a time, again and again until it is told. */
export interface CatchUp {
  /** All conversations, and the changes of those that changed. */
  all(): void
  /** The changes of one conversation. */
  changesOf(conversationId: string): void
  /** A conversation's settings, and whether it is still there. */
  conversation(conversationId: string): void
  isBusy(): boolean
  stop(): Promise<void>
}

export type NoteChanges = (
  conversationId: string,
  after: number,
  nextAfter: number,
  messageIds: string[],
) => void

const PAGE = 100

export function createCatchUp(rest: RestClient, store: DeviceStore, noteChanges: NoteChanges): CatchUp {
  const stopping = new AbortController()
  const behind = new Set<string>()
  const unsettled = new Set<string>()
  let mustList = false
  let working: Promise<void> | undefined

  function work(): void {
    working ??= workUntilDone().finally(() => {
      working = undefined
      const isAskedAgain = mustList || unsettled.size > 0 || behind.size > 0
      if (isAskedAgain && !stopping.signal.aborted) work()
    })
  }

  async function workUntilDone(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      try {
        if (!(await step())) return
        failures = 0
      } catch {
        await sleep(backoffMs(failures++, 100, 1_000), stopping.signal)
      }
    }
  }

  /** One thing that is to be learnt; false when there is none. What fails stays to be learnt. */
  async function step(): Promise<boolean> {
    if (mustList) {
      mustList = false
      await list().catch(error => {
        mustList = true
        throw error
      })
      return true
    }
    const [next] = unsettled
    if (next !== undefined) return take(unsettled, next, readConversation)
    const [first] = behind
    if (first !== undefined) return take(behind, first, readChanges)
    return false
  }

  async function take(from: Set<string>, id: string, learn: (id: string) => Promise<void>): Promise<true> {
    from.delete(id)
    await learn(id).catch(error => {
      from.add(id)
      throw error
    })
    return true
  }

  async function list(): Promise<void> {
    const known = new Set(store.conversations.keys())
    for (const archived of [false, true]) {
      let cursor: string | null = null
      do {
        const query: string = `limit=${PAGE}&archived=${archived}${cursor === null ? '' : `&cursor=${cursor}`}`
        const { data, page } = await get(`/conversations?${query}`)
        for (const conversation of data as Conversation[]) {
          known.delete(conversation.id)
          if (store.applyConversation(conversation)) behind.add(conversation.id)
        }
        cursor = page.nextCursor
      } while (cursor !== null)
    }
    // What is not listed was deleted by another device, or moved in or out of the archive just now.
    for (const id of known) {
      behind.add(id)
      unsettled.add(id)
    }
  }

  async function readConversation(id: string): Promise<void> {
    const answer = await rest.call('GET', `/conversations/${id}`)
    if (answer.status === 404) return void behind.add(id)
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`)
    if (store.applyConversation(answer.body.data)) behind.add(id)
  }

  async function readChanges(id: string): Promise<void> {
    for (let hasMore = true; hasMore; ) {
      const after = store.of(id).version
      const { data, page } = await get(`/conversations/${id}/changes?after=${after}&limit=${PAGE}`)
      store.applyChanges(id, { changes: data, nextAfter: page.nextAfter, clearedSeq: page.clearedSeq })
      noteChanges(
        id,
        after,
        page.nextAfter,
        (data as { id: string }[]).map(change => change.id),
      )
      hasMore = page.hasMore
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  async function get(path: string): Promise<any> {
    const { status, body } = await rest.call('GET', path)
    if (status !== 200) throw new Error(`answered ${status}`)
    return body
  }

  return {
    all() {
      mustList = true
      work()
    },
    changesOf(conversationId) {
      behind.add(conversationId)
      work()
    },
    conversation(conversationId) {
      unsettled.add(conversationId)
      work()
    },
    isBusy: () => working !== undefined,
    async stop() {
      stopping.abort()
      await working
    },
  }
}
