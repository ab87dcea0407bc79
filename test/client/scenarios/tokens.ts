import type { Scenarios } from '../environment.ts'
import { expectSame } from '../expect-same.ts'
import { waitUntil } from '../wait-until.ts'

export const tokens: Scenarios = {
  'a token that has ended is renewed, for requests and for the socket': async environment => {
    const [annId, benId] = (await environment.host.createUsers(2)) as [number, number]
    let token = await environment.host.signToken(annId, -60)
    let renewals = 0
    const ann = await environment.createDevice(annId, {
      async getToken({ refresh }) {
        if (!refresh) return token
        renewals++
        token = await environment.host.signToken(annId, 3_600)
        return token
      },
    })
    const ben = await environment.createDevice(benId)
    expectSame((await ann.sendText(benId, 'with an old token').settled).status, 'sent')
    await ann.untilOnline()
    await ben.untilOnline()
    expectSame((await ben.sendText(annId, 'by the socket').settled).status, 'sent')
    await ann.list.until(
      'it has come',
      ({ conversations }) => conversations[0]?.lastMessage?.textContent === 'by the socket',
    )
    expectSame(renewals, 1)

    token = await environment.host.signToken(annId, -60)
    ann.network.cut()
    await waitUntil('the loss is seen', () => ann.client.connection.getSnapshot().status !== 'online')
    ann.restore()
    await ann.untilOnline()
    expectSame(renewals, 2)
    token = await environment.host.signToken(annId, -60)
    const many = await Promise.all([
      ann.client.unreadCount(),
      ann.client.unreadCount(),
      ann.client.conversations.get(ann.list.now().conversations[0]?.id as string),
    ])
    expectSame(many.length, 3)
    expectSame(renewals, 3)
  },

  'the client says so when no token is to be had, and goes on when there is one again': async environment => {
    const [annId] = (await environment.host.createUsers(1)) as [number]
    const token = await environment.host.signToken(annId, 3_600)
    let isSignedIn = false
    const ann = await environment.createDevice(annId, {
      getToken() {
        if (!isSignedIn) throw new Error('nobody is signed in')
        return token
      },
    })
    const { connection } = ann.client
    const state = await new Promise(resolve =>
      connection.subscribe(
        () => connection.getSnapshot().error && resolve(connection.getSnapshot().error?.code),
      ),
    )
    expectSame(state, 'token')
    isSignedIn = true
    connection.check()
    await ann.untilOnline()
    expectSame(connection.getSnapshot().error, undefined)
  },
}
