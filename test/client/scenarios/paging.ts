import type { Scenarios } from '../environment.ts'
import { expectSame } from '../expect-same.ts'
import { waitUntil } from '../wait-until.ts'

const COUNT = 130

export const paging: Scenarios = {
  'a long conversation is read page by page, in a screen and by iteration': async environment => {
    const { id, ann, ben } = await environment.createConversation()
    const texts = Array.from({ length: COUNT }, (_, n) => `no. ${n}`)
    await Promise.all(texts.map(text => ann.say(text).settled))
    const tablet = await environment.createDevice(ben.userId)
    const shown = tablet.conversation(id)
    await shown.until('the newest page is loaded', ({ messages }) => messages.length === 50)
    expectSame(shown.texts(), texts.slice(-50))
    expectSame(shown.now().hasOlder, true)
    const store = tablet.client.conversation(id)
    // Two at once are one.
    await Promise.all([store.loadOlder(), store.loadOlder()])
    expectSame(shown.texts(), texts.slice(-100))
    await store.loadOlder()
    expectSame(shown.texts(), texts)
    expectSame(shown.now().hasOlder, false)
    await store.loadOlder()
    await ann.say('one more').settled
    await shown.untilTexts([...texts, 'one more'])
    await shown.untilSameAsServer()

    const newestFirst: (string | null)[] = []
    for await (const { textContent } of tablet.client.messages(id)) newestFirst.push(textContent)
    expectSame(newestFirst, [...texts, 'one more'].reverse())
  },

  'changes to messages that are not loaded do not come into the list before their page':
    async environment => {
      const { id, ann, ben } = await environment.createConversation()
      const texts = Array.from({ length: 60 }, (_, n) => `no. ${n}`)
      await Promise.all(texts.map(text => ann.say(text).settled))
      const tablet = await environment.createDevice(ann.userId)
      const shown = tablet.conversation(id)
      await shown.until('the newest page is loaded', ({ messages }) => messages.length === 50)
      await tablet.untilOnline()
      ben.client.markRead(id)
      await shown.until('all are read', ({ messages }) => messages.every(({ status }) => status === 'read'))
      expectSame(shown.texts(), texts.slice(-50))
      await tablet.client.conversation(id).loadOlder()
      await shown.untilTexts(texts)
      await shown.untilSameAsServer()
    },

  'a long list of conversations is read page by page': async environment => {
    const [annId, ...others] = (await environment.host.createUsers(61)) as [number, ...number[]]
    const ann = await environment.createDevice(annId)
    await Promise.all(others.map(other => ann.sendText(other, 'hello').settled))
    const tablet = await environment.createDevice(annId)
    await tablet.list.until('a page is loaded', ({ conversations }) => conversations.length === 50)
    expectSame(tablet.list.now().hasMore, true)
    await tablet.client.conversations.list.loadMore()
    expectSame([tablet.list.now().conversations.length, tablet.list.now().hasMore], [60, false])
    const seen = new Set<string>()
    for await (const { id } of tablet.client.conversations.all()) seen.add(id)
    expectSame(seen.size, 60)
    await waitUntil('the other device lists them all', () => ann.list.now().conversations.length === 60)
  },
}
