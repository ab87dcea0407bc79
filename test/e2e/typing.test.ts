import { expect, test } from 'vitest'
import { createTrio, queryDatabase } from '../support/chat-user.ts'

test('typing reaches the other user alone, by REST and by socket, and is never stored', async () => {
  const [ann, ben, cleo] = await createTrio()
  const { conversationId, version } = await ann.sendText(ben.id, 'hi')
  await cleo.sendText(ben.id, 'hello')
  const [phone, annsTablet, bensPhone, bensTablet, cleosPhone] = await Promise.all([
    ann.openSocket(),
    ann.openSocket(),
    ben.openSocket(),
    ben.openSocket(),
    cleo.openSocket(),
  ])
  const { status, body } = await ann.post(`/conversations/${conversationId}/typing`, { is_typing: true })
  expect([status, body]).toEqual([202, { success: true }])
  await bensPhone.waitForFrames(1, frame => frame.type === 'typing')
  phone.send({ action: 'typing', requestId: 't1', data: { conversationId, isTyping: false } })
  expect(await phone.waitForReply('t1')).toMatchObject({ type: 'ack', data: { success: true } })
  await bensPhone.waitForFrames(2, frame => frame.type === 'typing')
  phone.send({ action: 'typing', data: { recipientId: String(ben.id), isTyping: true } })

  for (const device of [bensPhone, bensTablet]) {
    const frames = await device.waitForFrames(3, frame => frame.type === 'typing')
    expect(frames.map(frame => frame.data)).toEqual([
      { conversationId, userId: ann.id, isTyping: true },
      { conversationId, userId: ann.id, isTyping: false },
      { conversationId, userId: ann.id, isTyping: true },
    ])
  }
  const later = await ben.sendText(ann.id, 'barrier')
  expect(later.version).toBe(Number(version) + 1)
  await Promise.all([phone, annsTablet].map(device => device.waitForMessage(later.id)))
  const toCleo = await ben.sendText(cleo.id, 'barrier')
  await cleosPhone.waitForMessage(toCleo.id)
  for (const device of [phone, annsTablet, cleosPhone]) expect(device.framesOf('typing')).toEqual([])
  const [{ count } = { count: 0 }] = await queryDatabase<{ count: string }>(
    'SELECT count(*) FROM messages WHERE conversation_id = $1',
    [conversationId],
  )
  expect(Number(count)).toBe(2)
})

test('typing in a conversation of others, or to nobody, is told to no one', async () => {
  const [ann, ben, cleo] = await createTrio()
  const { conversationId } = await ann.sendText(ben.id, 'private')
  const [annsPhone, bensPhone, phone] = await Promise.all([
    ann.openSocket(),
    ben.openSocket(),
    cleo.openSocket(),
  ])
  phone.send({ action: 'typing', requestId: 't', data: { conversationId, isTyping: true } })
  await phone.waitForReply('t')
  phone.send({ action: 'typing', requestId: 'u', data: { recipientId: 2 ** 31 - 1, isTyping: true } })
  await phone.waitForReply('u')
  const later = await ann.sendText(ben.id, 'barrier')
  for (const device of [annsPhone, bensPhone]) {
    await device.waitForMessage(later.id)
    expect(device.framesOf('typing')).toEqual([])
  }
  expect(phone.frames.map(frame => frame.type)).toEqual(['ack', 'ack'])
})
