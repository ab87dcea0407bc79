import { expect, test } from 'vitest'
import { createChatUser } from '../support/chat-user.ts'

test('a message sent by REST reaches the recipient and the sender on their sockets, stored', async () => {
  const [alice, bob] = await Promise.all([createChatUser(1), createChatUser(2)])
  const [aliceDevice, bobDevice] = await Promise.all([alice.openSocket(), bob.openSocket()])
  const answer = await alice.post('/messages', {
    recipientId: 2,
    contentType: 'text',
    textContent: 'Hello Bob!',
  })
  expect(answer.status).toBe(202)
  expect(answer.body.data).toMatchObject({ status: 'pending', seq: null })
  const { id } = answer.body.data
  for (const device of [aliceDevice, bobDevice]) {
    const frame = await device.waitForFrame(frame => frame.type === 'newMessage' && frame.data.id === id)
    expect(frame.data).toMatchObject({
      textContent: 'Hello Bob!',
      status: 'sent',
      senderId: 1,
      recipientId: 2,
    })
  }
})
