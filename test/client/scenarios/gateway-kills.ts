import type { Scenarios } from '../environment.ts'
import { expectSame } from '../expect-same.ts'
import { waitUntil } from '../wait-until.ts'

export const gatewayKills: Scenarios = {
  'the gateway is killed and starts again: the sockets come back, and nothing is missing':
    async environment => {
      const { host } = environment
      const { ann, ben } = await environment.createConversation()
      await ann.say('before').settled
      await host.killGateway()
      for (const { client } of [ann, ben])
        await waitUntil('the loss is seen', () => client.connection.getSnapshot().status !== 'online')
      const sent = [ann.say('meanwhile 1'), ben.say('meanwhile 2')]
      await Promise.all([ann.untilOnline(), ben.untilOnline()])
      for (const { settled } of sent) expectSame((await settled).status, 'sent')
      await ann.say('after').settled
      for (const { shown } of [ann, ben]) {
        await shown.until('all are there', ({ messages }) => messages.length === 4)
        await shown.untilSameAsServer()
      }
      expectSame(ann.shown.texts(), ben.shown.texts())
    },
}
