import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { conversationIdOf, newId } from '../../shared/contract/identifiers.ts'
import {
  FRAME_ROWS,
  PARTIES,
  type Party,
  REST_ROWS,
  type RestRow,
  type Target,
  type World,
} from '../support/authorization-matrix.ts'
import { type Answer, callApi, createUsers, openSocket, refusalOf, type Stack } from '../support/chat-user.ts'
import { forgeToken, HS256 } from '../support/forge-token.ts'
import { startStack } from '../support/start-stack.ts'

const SECRET_TEXT = 'for two only'
const ISSUED = { iss: 'growzone-auth', aud: 'growzone-chat' }
const WAIT = { prefer: 'wait=10' }
const now = Math.floor(Date.now() / 1000)
const inAnHour = now + 3600

let stack: Awaited<ReturnType<typeof startStack>>
let env: Stack
beforeAll(async () => {
  stack = await startStack(undefined, { JWT_ISSUER: ISSUED.iss, JWT_AUDIENCE: ISSUED.aud })
  env = stack.env
})
afterAll(() => stack[Symbol.asyncDispose]())

const sign = (claims: object, header: object = HS256, secret = env.JWT_SECRET as string) =>
  forgeToken(header, claims, secret)
const tokenOf = (id: number) => sign({ ...ISSUED, sub: String(id), exp: inAnHour })

/** Tokens that name the owner and prove nothing, by what is wrong with them. */
const BAD_TOKENS: Record<string, (sub: string) => string | undefined> = {
  'no token': () => undefined,
  'an expired token': sub => sign({ ...ISSUED, sub, exp: now - 60 }),
  'a token of another algorithm': sub => sign({ ...ISSUED, sub, exp: inAnHour }, { alg: 'HS512' }),
  'a token that names no algorithm': sub =>
    sign({ ...ISSUED, sub, exp: inAnHour }, { alg: 'none' }).replace(/[^.]+$/, ''),
  'a token of another key': sub => sign({ ...ISSUED, sub, exp: inAnHour }, HS256, 'x'.repeat(40)),
  'a token for another audience': sub => sign({ ...ISSUED, aud: 'growzone-shop', sub, exp: inAnHour }),
  'a token of another issuer': sub => sign({ ...ISSUED, iss: 'somebody', sub, exp: inAnHour }),
}

function ask(row: RestRow, target: Target, token: string | undefined): Promise<Answer> {
  const { method, path, body } = row.ask(target)
  const isForm = body instanceof FormData
  const headers = {
    ...WAIT,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body && !isForm && { 'content-type': 'application/json' }),
  }
  return callApi(method, path, headers, isForm ? body : body && JSON.stringify(body), env)
}

async function sendText(from: number, recipientId: number, textContent: string): Promise<string> {
  const body = JSON.stringify({ recipientId, contentType: 'text', textContent })
  const headers = {
    ...WAIT,
    authorization: `Bearer ${tokenOf(from)}`,
    'content-type': 'application/json',
  }
  const { status, body: answer } = await callApi('POST', '/messages', headers, body, env)
  expect(status).toBe(201)
  return answer.data.id
}

/** People whom no other row knows, and what each of them asks about. */
async function createWorld(): Promise<{ world: World; targets: Record<Party, Target> }> {
  const users = await createUsers(4, env)
  const [owner, peer, leaver, stranger] = users.map(({ id }) => ({ id, token: tokenOf(id) })) as [
    World['owner'],
    World['peer'],
    World['leaver'],
    World['stranger'],
  ]
  const messageId = await sendText(owner.id, peer.id, SECRET_TEXT)
  const leftId = await sendText(owner.id, leaver.id, SECRET_TEXT)
  const conversationId = conversationIdOf(owner.id, peer.id)
  const left = conversationIdOf(owner.id, leaver.id)
  const authorization = { authorization: `Bearer ${leaver.token}` }
  const { status } = await callApi('DELETE', `/conversations/${left}`, authorization, undefined, env)
  expect(status).toBe(204)
  return {
    world: { owner, peer, leaver, stranger },
    targets: {
      owner: { conversationId, messageId, recipientId: peer.id },
      peer: { conversationId, messageId, recipientId: owner.id },
      leaver: { conversationId: left, messageId: leftId, recipientId: owner.id },
      stranger: { conversationId, messageId, recipientId: owner.id },
    },
  }
}

/** All that the two see of their conversation. */
function stateOf({ owner, peer }: World, { conversationId }: Target): Promise<unknown[]> {
  const paths = ['', '/messages', '/changes'].map(below => `/conversations/${conversationId}${below}`)
  const reads = [owner, peer].flatMap(({ token }) =>
    paths.map(path => callApi('GET', path, { authorization: `Bearer ${token}` }, undefined, env)),
  )
  return Promise.all(reads.map(async read => (await read).body))
}

/** What is told of a conversation, beyond what the caller said himself. */
function leaksIn(told: string, said: string, { conversationId, messageId }: Target): string[] {
  const secrets = [SECRET_TEXT, conversationId, messageId].filter(secret => !said.includes(secret))
  return secrets.filter(secret => told.includes(secret))
}

const textOf = ({ headers, body }: Answer) =>
  `${JSON.stringify([...headers])} ${JSON.stringify({ ...body, instance: undefined })}`

const documented = {
  rest: Object.values<Record<string, { operationId: string }>>(read('docs/openapi.json').paths).flatMap(
    methods => Object.values(methods).map(({ operationId }) => operationId),
  ),
  actions: Object.keys(read('docs/asyncapi.json').components.messages)
    .filter(key => key.endsWith('Action'))
    .map(key => key.replace(/Action$/, '')),
}

function read(path: string) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

test('every operation and every action of the documents has its row', () => {
  expect(Object.keys(REST_ROWS).toSorted()).toEqual(documented.rest.toSorted())
  expect(Object.keys(FRAME_ROWS).toSorted()).toEqual(documented.actions.toSorted())
})

test.each(documented.rest)('%s serves whom it should, and tells nobody else anything', async id => {
  const row = REST_ROWS[id] as RestRow
  const { world, targets } = await createWorld()
  const before = await stateOf(world, targets.owner)
  for (const [name, makeToken] of Object.entries(BAD_TOKENS)) {
    const answer = await ask(row, targets.owner, makeToken(String(world.owner.id)))
    expect([name, answer.status]).toEqual([name, 401])
    expect([name, answer.headers.get('www-authenticate')]).toEqual([name, expect.stringMatching(/^Bearer /)])
    expect([name, leaksIn(textOf(answer), '', targets.owner)]).toEqual([name, []])
  }
  const asked = JSON.stringify(row.ask(targets.stranger))
  const toStranger = await ask(row, targets.stranger, world.stranger.token)
  expect(leaksIn(textOf(toStranger), asked, targets.owner)).toEqual([])
  if (toStranger.status === 404) {
    const missing = { conversationId: newId(), messageId: newId(), recipientId: world.owner.id }
    const ofMissing = await ask(row, missing, world.stranger.token)
    expect({ ...ofMissing.body, instance: '' }).toEqual({ ...toStranger.body, instance: '' })
  }
  expect(await stateOf(world, targets.owner)).toEqual(before)
  const statuses: Partial<Record<Party, number>> = { stranger: toStranger.status }
  for (const party of PARTIES.slice(1)) {
    const answer = await ask(row, targets[party], world[party].token)
    statuses[party] = answer.status
    if (party === 'leaver') expect(JSON.stringify(answer.body) ?? '').not.toContain(SECRET_TEXT)
  }
  const { ask: _, ...expected } = row
  expect(statuses).toEqual(expected)
})

test.each(documented.actions)('the action %s serves whom it should, and tells nobody else', async action => {
  const { data, ...expected } = FRAME_ROWS[action] as (typeof FRAME_ROWS)[string]
  const { world, targets } = await createWorld()
  const before = await stateOf(world, targets.owner)
  for (const [name, makeToken] of Object.entries(BAD_TOKENS)) {
    const token = makeToken(String(world.owner.id))
    const query = token === undefined ? '' : `?token=${token}`
    expect([name, await refusalOf(`${env.GATEWAY_URL}/${query}`)]).toEqual([name, 401])
  }
  const outcomes: Partial<Record<Party, string>> = {}
  for (const party of PARTIES) {
    outcomes[party] = await outcomeOf(party)
    if (party === 'stranger') expect(await stateOf(world, targets.owner)).toEqual(before)
  }
  expect(outcomes).toEqual(expected)

  /** A message behind the frame, in the same conversation: when it comes, what became of the frame has come. */
  async function outcomeOf(party: Party): Promise<string> {
    const { token, id } = world[party]
    const target = targets[party]
    const device = await openSocket(`${env.GATEWAY_URL}/?token=${token}`)
    device.send({ action, requestId: 'asked', data: data(target) })
    const reply = await device.waitForReply('asked')
    const isFailing = expected[party] === 'failed'
    if (isFailing)
      await device.waitForFrame(({ type, requestId }) => type === 'messageFailed' && requestId === 'asked')
    await device.waitForMessage(await sendText(id, target.recipientId, 'and then'))
    const failures = device.framesOf('messageFailed')
    if (party === 'stranger') {
      const told = device.frames.map(frame => JSON.stringify(frame)).join()
      expect(leaksIn(told, JSON.stringify(data(target)) ?? '', targets.owner)).toEqual([])
    }
    device.close()
    return failures.length > 0 ? 'failed' : reply.type
  }
})
