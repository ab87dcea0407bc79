import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { runInNewContext } from 'node:vm'
import { beforeAll, expect, inject, test } from 'vitest'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import {
  type ChatUser,
  createChatUser,
  createUsers,
  openSocket,
  queryDatabase,
} from '../support/chat-user.ts'

// The snippets of the plan's phase 5, letter by letter; only address and token are put in.
const SEED_REST_URL = 'https://dev.social.growzone.co/api/v1/chat'
const SEED_SOCKET_URL = 'wss://xxx.execute-api.us-east-1.amazonaws.com/production'

const CURL_CONVERSATIONS = `curl -X GET https://dev.social.growzone.co/api/v1/chat/conversations \\
  -H "Authorization: Bearer YOUR_TOKEN"`

const CURL_SEND = `curl -X POST https://dev.social.growzone.co/api/v1/chat/messages \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "recipientId": "123",
    "contentType": "text",
    "textContent": "Hello!"
  }'`

const BROWSER = `const ws = new WebSocket('wss://xxx.execute-api.us-east-1.amazonaws.com/production?token=YOUR_TOKEN');

ws.onopen = () => {
  ws.send(JSON.stringify({
    action: 'sendMessage',
    data: {
      recipientId: '123',
      contentType: 'text',
      textContent: 'Test message'
    }
  }));
};

ws.onmessage = (event) => {
  console.log('Received:', JSON.parse(event.data));
};`

/** The user whom the snippets write to. */
const RECIPIENT = 123
let recipient: ChatUser

beforeAll(async () => {
  await queryDatabase(`INSERT INTO users (id, username, name) VALUES (${RECIPIENT}, 'written-to', 'Written To')
    ON CONFLICT (id) DO NOTHING`)
  recipient = await createChatUser(RECIPIENT)
})

function localize(snippet: string, token: string): string {
  const { INGRESS_URL, GATEWAY_URL } = inject('stack')
  return snippet
    .replace(SEED_REST_URL, `${INGRESS_URL}/api/v1/chat`)
    .replace(SEED_SOCKET_URL, GATEWAY_URL as string)
    .replace('YOUR_TOKEN', token)
}

function isCurlThere(): boolean {
  try {
    execFileSync('curl', ['--version'])
    return true
  } catch {
    return false
  }
}

async function runShell(snippet: string) {
  const { stdout } = await promisify(execFile)('sh', ['-c', snippet])
  return JSON.parse(stdout)
}

test("the plan's curl commands send a message and list its conversation", async ({ skip }) => {
  skip(!isCurlThere(), 'curl is not installed')
  const [sender] = (await createUsers(1)) as [ChatUser]
  const phone = await recipient.openSocket()
  const sent = await runShell(localize(CURL_SEND, sender.token))
  expect(sent.data).toMatchObject({ recipientId: RECIPIENT, textContent: 'Hello!', status: 'pending' })
  await phone.waitForMessage(sent.data.id)

  const listed = await runShell(localize(CURL_CONVERSATIONS, sender.token))
  expect(listed.data).toHaveLength(1)
  expect(listed.data[0]).toMatchObject({
    id: conversationIdOf(sender.id, RECIPIENT),
    otherUser: { id: RECIPIENT, username: 'written-to' },
    lastMessage: { id: sent.data.id, textContent: 'Hello!', status: 'sent' },
  })
})

test("the plan's browser snippet logs its acknowledgement, and the message reaches user '123'", async () => {
  const [sender] = (await createUsers(1)) as [ChatUser]
  const phone = await recipient.openSocket()
  // biome-ignore lint/suspicious/noExplicitAny: whatever the snippet logs
  const log: any[] = []
  const acknowledged = new Promise<void>(resolve => {
    const console = {
      log(label: string, frame: unknown) {
        log.push([label, frame])
        resolve()
      },
    }
    runInNewContext(localize(BROWSER, sender.token), { WebSocket, console })
  })
  await acknowledged
  const [label, ack] = log[0]
  expect(label).toBe('Received:')
  expect(ack).toMatchObject({ type: 'ack', data: { recipientId: RECIPIENT, status: 'pending' } })
  const { data } = await phone.waitForMessage(ack.data.id)
  expect(data).toMatchObject({ senderId: sender.id, textContent: 'Test message', status: 'sent' })
})

test("the plan's hook connects with the token right after the stage's address", async () => {
  const [sender] = (await createUsers(1)) as [ChatUser]
  const device = await openSocket(`${inject('stack').GATEWAY_URL}/production?token=${sender.token}`)
  device.send({ action: 'ping', data: {} })
  await device.waitForType('pong')
})
