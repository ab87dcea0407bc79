import type { ChatMessage } from '../../../client/src/index.ts'
import { readAll } from '../device.ts'
import type { Scenarios } from '../environment.ts'
import { expectSame } from '../expect-same.ts'
import { waitUntil } from '../wait-until.ts'

export const conversations: Scenarios = {
  'a pinned conversation comes first, on every device of the user': async environment => {
    const [annId, ...others] = (await environment.host.createUsers(4)) as [number, ...number[]]
    const ann = await environment.createDevice(annId)
    const tablet = await environment.createDevice(annId)
    await Promise.all([ann.untilOnline(), tablet.untilOnline()])
    for (const [n, other] of others.entries()) await ann.sendText(other, `no. ${n}`).settled
    const order = ({ list }: typeof ann) => list.now().conversations.map(({ otherUser }) => otherUser.id)
    const newestFirst = others.toReversed()
    for (const device of [ann, tablet])
      await waitUntil('newest activity first', () => String(order(device)) === String(newestFirst))
    const oldest = ann.list.now().conversations[2]?.id as string
    const updated = await ann.client.conversations.update(oldest, { pinned: true })
    expectSame(updated.pinned, true)
    const pinnedFirst = [others[0], others[2], others[1]]
    for (const device of [ann, tablet])
      await waitUntil('the pinned one is first', () => String(order(device)) === String(pinnedFirst))
    const listed = await Array.fromAsync(ann.client.conversations.all())
    expectSame(
      listed.map(({ otherUser }) => otherUser.id),
      pinnedFirst,
    )
  },

  'muting and archiving are settings of the one user, and come to their other devices': async environment => {
    const { id, ann, ben } = await environment.createConversation()
    await ben.say('hello').settled
    const tablet = await environment.createDevice(ann.userId)
    await tablet.untilOnline()
    await ann.client.conversations.update(id, { muted: true })
    await tablet.list.until('it is muted', ({ conversations }) => conversations[0]?.muted === true)
    await ann.client.conversations.update(id, { archived: true })
    for (const device of [ann, tablet]) {
      const { archived } = await device.list.until(
        'it is archived',
        ({ conversations, archived }) => conversations.length === 0 && archived.length === 1,
      )
      expectSame([archived[0]?.id, archived[0]?.muted], [id, true])
    }
    expectSame((await Array.fromAsync(ann.client.conversations.all())).length, 0)
    expectSame((await Array.fromAsync(ann.client.conversations.all({ archived: true }))).length, 1)
    const [bens] = ben.list.now().conversations
    expectSame([bens?.muted, bens?.archived], [false, false])
    await ann.client.conversations.update(id, { archived: false })
    await tablet.list.until('it is back', ({ conversations }) => conversations.length === 1)
  },

  'a refused change of settings is taken back': async environment => {
    const { id, ann } = await environment.createConversation()
    ann.network.cut()
    const update = ann.client.conversations.update(id, { pinned: true })
    expectSame(ann.list.now().conversations[0]?.pinned, true)
    const code = await update.then(
      () => 'done',
      error => error.code,
    )
    expectSame([code, ann.list.now().conversations[0]?.pinned], ['network', false])
  },

  'a deleted conversation is gone for its user alone; a later message brings it back without what was before':
    async environment => {
      const { id, ann, ben } = await environment.createConversation()
      const tablet = await environment.createDevice(ann.userId)
      const shownThere = tablet.conversation(id)
      await tablet.untilOnline()
      for (const text of ['old 1', 'old 2']) await ben.say(text).settled
      for (const shown of [ann.shown, shownThere]) await shown.untilTexts(['old 1', 'old 2'])
      await ann.client.conversations.delete(id)
      for (const device of [ann, tablet])
        await device.list.until('it is gone', ({ conversations }) => conversations.length === 0)
      for (const shown of [ann.shown, shownThere]) await shown.untilTexts([])
      expectSame(ben.shown.texts(), ['old 1', 'old 2'])

      await ben.say('new').settled
      for (const shown of [ann.shown, shownThere]) {
        await shown.untilTexts(['new'])
        await shown.untilSameAsServer()
      }
      for (const device of [ann, tablet])
        await device.list.until('it is listed', ({ conversations }) => conversations[0]?.unreadCount === 1)
    },

  'a deleted message is gone for its user on every device, and stays for the other one':
    async environment => {
      const { id, ann, ben } = await environment.createConversation()
      const tablet = await environment.createDevice(ann.userId)
      const shownThere = tablet.conversation(id)
      await tablet.untilOnline()
      for (const text of ['1', '2', '3']) await ben.say(text).settled
      for (const shown of [ann.shown, shownThere]) await shown.untilTexts(['1', '2', '3'])
      await ann.client.deleteMessage(ann.shown.messages()[1] as ChatMessage)
      expectSame(ann.shown.texts(), ['1', '3'])
      await shownThere.untilTexts(['1', '3'])
      await ann.client.deleteMessage(ann.shown.messages()[1] as ChatMessage)
      for (const shown of [ann.shown, shownThere]) {
        await shown.untilTexts(['1'])
        await shown.untilSameAsServer()
      }
      for (const device of [ann, tablet])
        await device.list.until(
          'the last one left is the last message',
          ({ conversations }) => conversations[0]?.lastMessage?.textContent === '1',
        )
      expectSame(
        (await readAll(ben.client, id)).map(({ textContent }) => textContent),
        ['1', '2', '3'],
      )
    },
}
