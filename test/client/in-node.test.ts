import { afterAll, beforeAll, test } from 'vitest'
import { createStackHost, type StackHost } from '../support/stack-host.ts'
import { createEnvironment } from './environment.ts'
import { SCENARIOS } from './scenarios.ts'

// A system of its own, for its gateway is killed.
let host: StackHost
beforeAll(async () => {
  host = await createStackHost()
})
afterAll(() => host?.[Symbol.asyncDispose]())

for (const [title, play] of Object.entries(SCENARIOS)) {
  test(title, async () => {
    const { environment, close } = createEnvironment(host)
    try {
      await play(environment)
    } finally {
      close()
    }
  })
}
