/** Runs in the page: the scenarios of the client, with the browser's own fetch, WebSocket and localStorage. */
import { createWebStorage } from '../../client/src/index.ts'
import type { Device } from '../client/device.ts'
import { createEnvironment } from '../client/environment.ts'
import type { Host } from '../client/host.ts'
import { SCENARIOS } from '../client/scenarios.ts'

declare global {
  /** Made by the test. */
  function callHost(method: string, args: unknown[]): Promise<unknown>
  var playScenario: (title: string) => Promise<void>
  var openApp: (userId: number) => Promise<void>
  var app: Device
}

const host = new Proxy({} as Host, {
  get:
    (_, method) =>
    (...args: unknown[]) =>
      callHost(String(method), args),
})

globalThis.playScenario = async title => {
  localStorage.clear()
  const { environment, close } = createEnvironment(host, { createStorage: createWebStorage })
  try {
    await SCENARIOS[title]?.(environment)
  } finally {
    close()
  }
}

globalThis.openApp = async userId => {
  const { environment } = createEnvironment(host)
  globalThis.app = await environment.createDevice(userId, { storage: createWebStorage() })
  await app.untilOnline()
}
