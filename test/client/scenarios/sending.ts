import { readAll } from '../device.ts'
import type { Scenarios } from '../environment.ts'
import { expectSame } from '../expect-same.ts'
import { waitUntil } from '../wait-until.ts'

export const sending: Scenarios = {
  'what is sent is shown at once, settles as sent, and both sides show the same': async environment => {
    const { id, ann, ben } = await environment.createConversation()
    const sent = ann.say('hello 👋🏽')
    const [shown] = ann.shown.messages()
    expectSame([shown?.id, shown?.status, shown?.textContent], [sent.id, 'pending', 'hello 👋🏽'])
    const settled = await sent.settled
    expectSame(settled.status, 'sent')
    await ben.shown.untilTexts(['hello 👋🏽'])
    for (const { shown } of [ann, ben]) await shown.untilSameAsServer()
    expectSame(ann.shown.messages(), ben.shown.messages())
    expectSame((await readAll(ben.client, id)).length, 1)
  },

  'fifty messages sent in one go keep their order on both sides': async environment => {
    const { id, ann, ben } = await environment.createConversation()
    const texts = Array.from({ length: 50 }, (_, n) => `no. ${n}`)
    const sent = texts.map(text => ann.say(text))
    expectSame(ann.shown.texts(), texts)
    const settled = await Promise.all(sent.map(({ settled }) => settled))
    expectSame(settled.filter(({ status }) => status !== 'sent').length, 0)
    for (const { shown } of [ann, ben]) await shown.untilTexts(texts)
    const stored = await environment.host.readMessages(id)
    expectSame(
      stored.map(({ text }) => text),
      texts,
    )
    expectSame(
      stored.map(message => message.id),
      sent.map(message => message.id),
    )
  },

  'both write at the same time, and both see one order': async environment => {
    const { ann, ben } = await environment.createConversation()
    for (let n = 0; n < 20; n++) {
      ann.say(`ann ${n}`)
      ben.say(`ben ${n}`)
    }
    for (const { shown } of [ann, ben]) {
      await shown.until('all are stored', ({ messages }) => messages.every(({ seq }) => seq !== null))
      await waitUntil('all are there', () => shown.messages().length === 40)
      await shown.untilSameAsServer()
    }
    expectSame(ann.shown.texts(), ben.shown.texts())
  },

  'the first message to somebody makes a conversation that both lists show': async environment => {
    const [annId, benId] = (await environment.host.createUsers(2)) as [number, number]
    const ann = await environment.createDevice(annId)
    const ben = await environment.createDevice(benId)
    await Promise.all([ann.untilOnline(), ben.untilOnline()])
    await ann.sendText(benId, 'who are you?').settled
    for (const [device, otherId] of [
      [ann, benId],
      [ben, annId],
    ] as const) {
      const { conversations } = await device.list.until(
        'the conversation is listed',
        ({ conversations }) => conversations.length === 1,
      )
      expectSame(conversations[0]?.otherUser.id, otherId)
      expectSame(conversations[0]?.lastMessage?.textContent, 'who are you?')
    }
    expectSame(ann.list.now().unreadCount, 0)
    expectSame(ben.list.now().unreadCount, 1)
    expectSame(await ben.client.unreadCount(), { total: 1, conversations: 1 })
  },

  'a reply names the message that it answers': async environment => {
    const { ann, ben } = await environment.createConversation()
    const question = ann.say('when?')
    await ben.shown.untilTexts(['when?'])
    ben.client.send({ recipientId: ann.userId }, { textContent: 'now', replyToId: question.id })
    await ann.shown.untilTexts(['when?', 'now'])
    expectSame(ann.shown.messages()[1]?.replyToId, question.id)
  },

  'a second device of the same user shows the same, its own messages too': async environment => {
    const { id, ann, ben } = await environment.createConversation()
    const tablet = await environment.createDevice(ann.userId)
    const shownThere = tablet.conversation(id)
    await tablet.untilOnline()
    await ann.say('from the phone').settled
    await tablet.sendText(ben.userId, 'from the tablet').settled
    await ben.say('hello to both').settled
    for (const shown of [ann.shown, shownThere, ben.shown]) {
      await shown.untilTexts(['from the phone', 'from the tablet', 'hello to both'])
      await shown.untilSameAsServer()
    }
    await Promise.all([ann, tablet].map(device => device.list.until('one is unread', hasUnread(1))))
    ann.client.markRead(id)
    await tablet.list.until('none is unread', hasUnread(0))
  },

  'events tell of each message once': async environment => {
    const { ann, ben } = await environment.createConversation()
    const told: (string | null)[] = []
    ben.client.on('message', ({ textContent }) => told.push(textContent))
    const texts = ['1', '2', '3']
    for (const text of texts) ann.say(text)
    await ben.shown.untilTexts(texts)
    await ben.say('4').settled
    expectSame(told, [...texts, '4'])
  },
}

const hasUnread =
  (count: number) =>
  ({ unreadCount }: { unreadCount: number }) =>
    unreadCount === count
