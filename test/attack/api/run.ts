import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChatUser, callApi, createUsers, type Stack } from '../../support/chat-user.ts'
import { PNG } from '../../support/media-samples.ts'
import { startStack } from '../../support/start-stack.ts'
import { installSchemathesis } from './install-schemathesis.ts'

/**
 * `npm run test:api`: Schemathesis makes thousands of requests from `/openapi.json`, good ones and bad ones, and holds
 * every answer to it. What is given after `--` goes to `schemathesis run`. Needs Python 3.10 or later, and PyPI once.
 */
const say = (line: string) => void process.stdout.write(`${line}\n`)
try {
  process.exitCode = await testApi(await installSchemathesis(say), process.argv.slice(2))
} catch (error) {
  process.stderr.write(`test:api: ${(error as Error).message}\n`)
  process.exitCode = 1
}

async function testApi(schemathesis: string, options: string[]): Promise<number> {
  await using stack = await startStack()
  const folder = await mkdtemp(join(tmpdir(), 'growzone-chat-attack-'))
  try {
    return await runSchemathesis(schemathesis, options, stack.env, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runSchemathesis(
  command: string,
  options: string[],
  stack: Stack,
  folder: string,
): Promise<number> {
  const [first, second, recipient] = (await createUsers(3, stack)) as [ChatUser, ChatUser, ChatUser]
  const mediaUrl = await uploadPhoto(first, stack)
  const usersFile = join(folder, 'users.json')
  await writeFile(usersFile, JSON.stringify({ auth: [loginOf('first', first), loginOf('second', second)] }))
  const config = ['--config-file', 'test/attack/api/schemathesis.toml']
  const child = spawn(command, [...config, 'run', `${stack.INGRESS_URL}/openapi.json`, ...options], {
    stdio: 'inherit',
    env: {
      ...process.env,
      ATTACK_USERS_FILE: usersFile,
      ATTACK_RECIPIENT: String(recipient.id),
      ATTACK_MEDIA_URL: mediaUrl,
    },
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => resolve(code ?? 1))
  })
}

/** The address of something that the first user may send. */
async function uploadPhoto({ token }: ChatUser, stack: Stack): Promise<string> {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(PNG)]), 'photo.png')
  const { body } = await callApi('POST', '/upload', { authorization: `Bearer ${token}` }, form, stack)
  return body.data.url
}

/** As Schemathesis reads it: an entry of the Web Fuzzing Commons format. */
function loginOf(name: string, { token }: ChatUser): object {
  return { name, fixedHeaders: [{ name: 'Authorization', value: `Bearer ${token}` }] }
}
