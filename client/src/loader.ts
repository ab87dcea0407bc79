import { type ChatError, toChatError } from './chat-error.ts'

export interface Loader {
  /** Runs the task, or joins the one under way; its failure is kept for the snapshot, and thrown to who asked. */
  run(task: () => Promise<void>): Promise<void>
  /** Nobody waits for the load under way any more. */
  forget(): void
  /** What a snapshot shows of it. */
  state(): { isLoading: boolean; error?: ChatError }
}

/** One load at a time. */
export function createLoader(changed: () => void): Loader {
  let loading: Promise<void> | undefined
  let error: ChatError | undefined
  return {
    run(task) {
      loading ??= task()
        .then(
          () => {
            error = undefined
          },
          reason => {
            error = toChatError(reason)
            throw error
          },
        )
        .finally(() => {
          loading = undefined
          changed()
        })
      changed()
      return loading
    },
    forget() {
      loading = undefined
    },
    state: () => ({ isLoading: loading !== undefined, ...(error && { error }) }),
  }
}
