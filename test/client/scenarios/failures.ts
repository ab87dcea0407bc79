import type { ChatMessage } from '../../../client/src/index.ts'
import type { Scenarios } from '../environment.ts'
import { expectSame } from '../expect-same.ts'
import { waitUntil } from '../wait-until.ts'

const NO_MESSAGE = '00000000-0000-7000-8000-000000000000'

export const failures: Scenarios = {
  'a message to nobody fails with the reason, and goes out again once somebody is there':
    async environment => {
      const [annId] = (await environment.host.createUsers(1)) as [number]
      const nobody = await environment.host.reserveUser()
      const ann = await environment.createDevice(annId)
      const told: ChatMessage[] = []
      ann.client.on('messageFailed', message => told.push(message))
      const sent = ann.sendText(nobody, 'is anybody there?')
      const settled = await sent.settled
      expectSame(settled.status, 'failed')
      expectSame([told[0]?.id, told[0]?.status], [sent.id, 'failed'])
      if (settled.status === 'failed' && !/recipient/.test(settled.failure.detail))
        throw new Error(`the reason says nothing: ${JSON.stringify(settled.failure)}`)

      await environment.host.addUser(nobody)
      const again = ann.client.retry(sent.id)
      expectSame((await again?.settled)?.status, 'sent')
      expectSame(ann.client.retry(sent.id), undefined)
      const { conversations } = await ann.list.until(
        'it is listed',
        ({ conversations }) => conversations.length === 1,
      )
      expectSame(conversations[0]?.lastMessage?.textContent, 'is anybody there?')
    },

  'a refused message stays in place with its reason until it is given up, and does not hold up the others':
    async environment => {
      const { ann, ben } = await environment.createConversation()
      const refused = ann.client.send(
        { recipientId: ben.userId },
        { contentType: 'image', mediaUrl: 'https://elsewhere.example/picture.png' },
      )
      const sent = ann.say('a text')
      expectSame((await refused.settled).status, 'failed')
      expectSame((await sent.settled).status, 'sent')
      await ann.shown.until('one is failed', ({ messages }) =>
        messages.some(({ status }) => status === 'failed'),
      )
      const [text, failed] = ann.shown.messages()
      expectSame([text?.textContent, failed?.id, failed?.failure?.code], ['a text', refused.id, 'http_422'])
      ann.client.discard(refused.id)
      await ann.shown.untilTexts(['a text'])
    },

  'a message that is refused only when it should be stored fails as well': async environment => {
    const { ann, ben } = await environment.createConversation()
    const sent = ann.client.send(
      { recipientId: ben.userId },
      { textContent: 'to what?', replyToId: NO_MESSAGE },
    )
    const settled = await sent.settled
    expectSame(settled.status === 'failed' && settled.failure.code, 'reply_not_found')
    expectSame(ann.shown.messages()[0]?.failure?.code, 'reply_not_found')
    const again = ann.client.retry(sent.id)
    expectSame((await again?.settled)?.status, 'failed')
    ann.client.discard(again?.id as string)
    await ann.shown.untilTexts([])
  },

  'a refusal that nobody could be told of is learnt with the next connection': async environment => {
    const { ann, ben } = await environment.createConversation()
    const tablet = await environment.createDevice(ann.userId, { autoConnect: false })
    const sent = tablet.client.send(
      { recipientId: ben.userId },
      { textContent: 'to what?', replyToId: NO_MESSAGE },
    )
    await waitUntil('it was accepted', () =>
      tablet.network.answers.includes('202 POST /api/v1/chat/messages'),
    )
    // Whatever came of it, came before this.
    await ann.say('after it').settled
    tablet.client.connection.connect()
    const settled = await sent.settled
    expectSame(settled.status, 'failed')
  },
}
