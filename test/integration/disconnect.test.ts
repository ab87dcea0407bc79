import { afterEach, expect, test, vi } from 'vitest'
import { disconnect } from '../../infra/cli/commands/disconnect.ts'
import { startTestGateway } from './gateway-harness.ts'

const ADA = 1
const BEN = 2

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

test('disconnect closes every socket of the user and of nobody else', async () => {
  await using gateway = await startTestGateway()
  const ofAda = await Promise.all([gateway.connect(ADA), gateway.connect(ADA)])
  const ofBen = await gateway.connect(BEN)
  const endpoint = await gateway.table.client.config.endpoint?.()
  const env = {
    ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    AWS_ENDPOINT_URL_DYNAMODB: `http://${endpoint?.hostname}:${endpoint?.port}`,
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: gateway.managementUrl,
  }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await disconnect.run({ operands: [String(ADA)], flags: {}, env })
  expect(said.mock.calls).toEqual([[`user ${ADA}: 2 sockets closed\n`]])
  for (const { closed } of ofAda) expect((await closed).code).toBe(1000)
  expect(await gateway.connectionsOf(ADA)).toEqual([])
  expect(ofBen.socket.readyState).toBe(WebSocket.OPEN)
})

test.each([undefined, '0', 'ada'])('disconnect of %s says whom it wants', async operand => {
  const operands = operand === undefined ? [] : [operand]
  await expect(disconnect.run({ operands, flags: {}, env: {} })).rejects.toThrow('say whom')
})
