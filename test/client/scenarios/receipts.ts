import type { Scenarios } from '../environment.ts'
import { expectSame } from '../expect-same.ts'
import { waitUntil } from '../wait-until.ts'

export const receipts: Scenarios = {
  'the ticks for delivered come by themselves, those for read when the recipient has read':
    async environment => {
      const { id, ann, ben } = await environment.createConversation()
      for (const text of ['1', '2', '3']) ann.say(text)
      await ann.shown.until('all are delivered', ({ messages }) => hasStatus(messages, 'delivered'))
      await ben.list.until('three are unread', ({ unreadCount }) => unreadCount === 3)
      ben.client.markRead(id)
      expectSame(ben.list.now().unreadCount, 0)
      await ann.shown.until('all are read', ({ messages }) => hasStatus(messages, 'read'))
      for (const { shown } of [ann, ben]) await shown.untilSameAsServer()
    },

  'reading one message after the other is told in one request': async environment => {
    const { id, ann, ben } = await environment.createConversation()
    for (let n = 0; n < 10; n++) ann.say(`no. ${n}`)
    await waitUntil(
      'all have come',
      () => ben.shown.messages().filter(({ seq }) => seq !== null).length === 10,
    )
    for (let seq = 1; seq <= 10; seq++) ben.client.markRead(id, seq)
    await ann.shown.until('all are read', ({ messages }) => hasStatus(messages, 'read'))
    const told = ben.network.requests.filter(request => request.endsWith('/read'))
    expectSame(told.length, 1)
  },

  'what is read up to the middle leaves the rest unread': async environment => {
    const { id, ann, ben } = await environment.createConversation()
    for (const text of ['1', '2', '3', '4']) ann.say(text)
    await ben.list.until('four are unread', ({ unreadCount }) => unreadCount === 4)
    ben.client.markRead(id, 3)
    await ben.list.until('one is unread', ({ unreadCount }) => unreadCount === 1)
    await ann.shown.until('three are read', ({ messages }) => hasStatus(messages.slice(0, 3), 'read'))
    expectSame(ann.shown.messages()[3]?.status, 'delivered')
    await ann.shown.untilSameAsServer()
  },

  'typing is shown to the other side, ends with a message, and is forgotten': async environment => {
    const { id, ann, ben } = await environment.createConversation()
    for (let key = 0; key < 5; key++) ann.client.setTyping(id, true)
    await ben.shown.until('it shows typing', ({ isTyping }) => isTyping)
    expectSame(ann.shown.now().isTyping, false)
    ann.say('done')
    await ben.shown.untilTexts(['done'])
    await ben.shown.until('typing is over', ({ isTyping }) => !isTyping)
    ann.client.setTyping(id, false)
    ann.client.setTyping(id, true)
    await ben.shown.until('it shows typing', ({ isTyping }) => isTyping)
    ann.client.setTyping(id, false)
    await ben.shown.until('typing is over', ({ isTyping }) => !isTyping)
    ann.client.setTyping(id, true)
    const shownAt = await ben.shown.until('it shows typing', ({ isTyping }) => isTyping).then(Date.now)
    await ben.shown.until('it is forgotten', ({ isTyping }) => !isTyping)
    if (Date.now() - shownAt < 5_000) throw new Error('it was forgotten too soon')
  },
}

function hasStatus(messages: readonly { status: string }[], status: string): boolean {
  return messages.length > 0 && messages.every(message => message.status === status)
}
