import { execFile } from 'node:child_process'
import { expect, test, vi } from 'vitest'
import { createTokenVerifier } from '../../shared/auth.ts'

vi.setConfig({ testTimeout: 60_000 })

const CLI = new URL('../../infra/cli/growzone-chat.mjs', import.meta.url).pathname
const SECRET = 'a-secret-of-more-than-32-characters!'

test('without a command it lists all of them', async () => {
  const { exitCode, output } = await runCli([])
  expect(exitCode).toBe(0)
  const names = [...output.matchAll(/^ {2}([\w-]+)/gm)].map(([, name]) => name)
  expect(names).toEqual([
    ...['ingress', 'gateway', 'persister', 'delivery'],
    ...['local', 'migrate', 'logins', 'demo-users', 'provision', 'doctor', 'dlq', 'disconnect', 'token'],
  ])
})

test.each(['ingress', 'gateway', 'persister', 'delivery', 'local'])(
  '%s --help tells its variables',
  async name => {
    const { exitCode, output } = await runCli([name, '--help'])
    expect(exitCode).toBe(0)
    expect(output).toMatch(/^ {2}LOG_LEVEL +default info +least severe log level/m)
  },
)

test.each([
  [['nonsense'], {}, 'growzone-chat: unknown command nonsense; --help lists them'],
  [['token', '0'], {}, 'growzone-chat token: <userId> must be a whole number between 1 and 2147483647'],
  [['token', '1', '--for'], {}, "growzone-chat token: Unknown option '--for'"],
  [['token', '1'], { NODE_ENV: 'production' }, 'growzone-chat token: makes no tokens in production'],
  [['migrate', 'twice'], {}, 'growzone-chat migrate: twice is not one of up, down, status'],
  [
    ['logins'],
    { DATABASE_URL: 'postgres://127.0.0.1:1/x', INGRESS_DATABASE_PASSWORD: 'secret' },
    'growzone-chat logins: PERSISTER_DATABASE_PASSWORD is not set (password of the login role chat_persister)',
  ],
  [['migrate'], {}, 'growzone-chat migrate: DATABASE_URL is not set (PostgreSQL connection URL)'],
])('%j with %j is told in one line', async (args, env, line) => {
  expect(await runCli(args, env)).toEqual({ exitCode: 2, output: '', errors: `${line}\n` })
})

test('a database that is away is told in one line, without a stack', async () => {
  const { exitCode, errors } = await runCli(['migrate'], { DATABASE_URL: 'postgres://127.0.0.1:1/x' })
  expect({ exitCode, errors }).toEqual({
    exitCode: 1,
    errors:
      'growzone-chat migrate: PostgreSQL cannot be reached at 127.0.0.1:1: nobody listens there (ECONNREFUSED); check DATABASE_URL and that it runs\n',
  })
})

test('token prints the bare token, signed with the secret of the services', async () => {
  const { output } = await runCli(['token', '42', '--lifetime', '60'], { JWT_SECRET: SECRET })
  const verify = createTokenVerifier({ JWT_SECRET: SECRET })
  expect(await verify(output.trim())).toMatchObject({ userId: 42 })
})

interface Outcome {
  exitCode: number
  output: string
  errors: string
}

function runCli(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise(resolve => {
    const child = execFile(
      process.execPath,
      [CLI, ...args],
      { env: { PATH: process.env.PATH, ...env } },
      (_, output, errors) => resolve({ exitCode: child.exitCode ?? -1, output, errors }),
    )
  })
}
