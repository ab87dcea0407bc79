import { readAll } from '../device.ts'
import type { Environment, Scenarios } from '../environment.ts'
import { expectSame } from '../expect-same.ts'
import { waitUntil } from '../wait-until.ts'

export const offline: Scenarios = {
  'what is sent without a network waits in order, and goes out when it is back': async environment => {
    const { ann, ben } = await environment.createConversation()
    ann.network.cut()
    await waitUntil('it is offline', () => ann.client.connection.getSnapshot().status === 'offline')
    const texts = Array.from({ length: 20 }, (_, n) => `no. ${n}`)
    const sent = texts.map(text => ann.say(text))
    expectSame(ann.shown.texts(), texts)
    expectSame(new Set(ann.shown.messages().map(({ status }) => status)).has('failed'), false)
    ann.restore()
    for (const { settled } of sent) expectSame((await settled).status, 'sent')
    for (const { shown } of [ann, ben]) {
      await shown.untilTexts(texts)
      await shown.untilSameAsServer()
    }
  },

  'what waits survives a restart of the app, in order': async environment => {
    const { id, ann, ben } = await environment.createConversation()
    const { storage, texts } = await leaveWaiting(environment, ann.userId, ben.userId)

    const after = await environment.createDevice(ann.userId, { storage })
    const shown = after.conversation(id)
    await ben.shown.untilTexts(texts)
    await shown.untilTexts(texts)
    await shown.untilSameAsServer()
    await waitUntil('nothing is kept any longer', async () => (await storage.getAllKeys()).length === 0)
  },

  'two tabs with one storage send what waits once': async environment => {
    const { id, ann, ben } = await environment.createConversation()
    const { storage, texts } = await leaveWaiting(environment, ann.userId, ben.userId)

    const tabs = await Promise.all([1, 2].map(() => environment.createDevice(ann.userId, { storage })))
    await ben.shown.untilTexts(texts)
    for (const tab of tabs) {
      const shown = tab.conversation(id)
      await shown.untilTexts(texts)
      await shown.untilSameAsServer()
    }
    await waitUntil('nothing is kept any longer', async () => (await storage.getAllKeys()).length === 0)
  },

  'messages, receipts and deletions of the time without a network are there after it': async environment => {
    const { id, ann, ben } = await environment.createConversation()
    const tablet = await environment.createDevice(ann.userId)
    const shownThere = tablet.conversation(id)
    for (let n = 0; n < 6; n++) await ann.say(`before ${n}`).settled
    await shownThere.until('all are there', ({ messages }) => messages.length === 6)
    await tablet.untilOnline()

    tablet.network.cut()
    const [first, second] = await readAll(ann.client, id)
    await ann.client.deleteMessage(first as { id: string; conversationId: string })
    ben.client.markRead(id)
    for (let n = 0; n < 130; n++) ben.say(`meanwhile ${n}`)
    await ann.shown.until('all are there', ({ messages }) => messages.at(-1)?.textContent === 'meanwhile 129')
    await ann.client.deleteMessage(second as { id: string; conversationId: string })
    await ann.shown.until('all are read', ({ messages }) => messages[0]?.status === 'read')
    expectSame(shownThere.messages().length, 6)

    tablet.restore()
    await tablet.untilOnline()
    expectSame(shownThere.messages().length, 134)
    expectSame(shownThere.texts().slice(0, 5), [
      'before 2',
      'before 3',
      'before 4',
      'before 5',
      'meanwhile 0',
    ])
    await shownThere.untilSameAsServer()
    await ann.shown.untilSameAsServer()
    expectSame(tablet.list.now().conversations[0]?.unreadCount, 130)
  },

  'a conversation deleted while a device was away is gone there as well': async environment => {
    const { id, ann, ben } = await environment.createConversation()
    await ben.say('old').settled
    const tablet = await environment.createDevice(ann.userId)
    const shownThere = tablet.conversation(id)
    await shownThere.untilTexts(['old'])
    await tablet.untilOnline()
    tablet.network.cut()
    await ann.client.conversations.delete(id)
    tablet.restore()
    await tablet.untilOnline()
    expectSame(tablet.list.now().conversations, [])
    await shownThere.untilTexts([])
    await ben.say('new').settled
    await shownThere.untilTexts(['new'])
  },

  'receipts given without a network are told when it is back': async environment => {
    const { id, ann, ben } = await environment.createConversation()
    await ann.say('read me').settled
    await ben.list.until('it is unread', ({ unreadCount }) => unreadCount === 1)
    ben.network.cut()
    ben.client.markRead(id)
    ben.restore()
    await ann.shown.until('it is read', ({ messages }) => messages[0]?.status === 'read')
  },

  'a network that falls silent without a word is found out when the app asks, and nothing is lost':
    async environment => {
      const { ann, ben } = await environment.createConversation()
      await ben.say('before').settled
      await ann.shown.untilTexts(['before'])
      ann.network.fallSilent()
      const sent = ann.say('into the void')
      await ben.say('unheard').settled
      ann.restore()
      const restoredAt = Date.now()
      expectSame((await sent.settled).status, 'sent')
      // Alone, the time limit of the request that was under way is longer.
      expectSame(Date.now() - restoredAt < 12_000, true, 'it went out soon')
      await ann.untilOnline()
      for (const { shown } of [ann, ben]) {
        await shown.until('all are there', ({ messages }) => messages.length === 3)
        await shown.untilSameAsServer()
      }
    },
}

/** Ten messages that an app kept which was closed without a network. */
async function leaveWaiting(environment: Environment, from: number, to: number) {
  const storage = environment.createStorage()
  const before = await environment.createDevice(from, { storage })
  await before.untilOnline()
  before.network.cut()
  const texts = Array.from({ length: 10 }, (_, n) => `no. ${n}`)
  for (const text of texts) before.sendText(to, text)
  await waitUntil('all are kept', async () => (await storage.getAllKeys()).length >= texts.length)
  before.client.close()
  return { storage, texts }
}
