import { readUserId } from './identifiers.ts'

export interface UserId {
  /** Undefined until it is known. */
  current(): number | undefined
  known: Promise<number>
  /** Reads it from the first token that comes; throws when the token names nobody. */
  learn(token: string): void
}

/** Whose client this is: given by the app, or named by its tokens. */
export function createUserId(given: number | undefined): UserId {
  let current = given
  const { promise, resolve } = createPromise<number>()
  if (given !== undefined) resolve(given)
  return {
    current: () => current,
    known: promise,
    learn(token) {
      if (current !== undefined) return
      current = readUserId(token)
      if (current === undefined)
        throw new Error('it names no user in sub or user_id; give userId to createChatClient')
      resolve(current)
    },
  }
}

/** `Promise.withResolvers`, which older engines of React Native lack. */
function createPromise<Value>() {
  let resolve: (value: Value) => void = () => {}
  const promise = new Promise<Value>(settle => {
    resolve = settle
  })
  return { promise, resolve }
}
