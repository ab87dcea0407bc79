import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

/** What a process of its own writes, for the logger writes to standard output and nowhere else. */
async function linesOf(level: string, statements: string): Promise<Record<string, unknown>[]> {
  const script = `
    import { createLogger } from '${new URL('../../shared/logger.ts', import.meta.url)}'
    const logger = createLogger('persister', '${level}')
    ${statements}`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script])
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
}

test('a log line is JSON with service, process, level, time and what was said', async () => {
  const [line] = await linesOf('info', `logger.info({ commands: 3 }, 'stored'); logger.debug('not written')`)
  expect(line).toMatchObject({ service: 'persister', commands: 3, msg: 'stored', level: 30 })
  expect(line?.pid).toEqual(expect.any(Number))
  expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
})

test('tokens, tickets, texts and media never reach the log, at the top or in an object', async () => {
  const names = ['token', 'ticket', 'authorization', 'textContent', 'mediaUrl', 'mediaThumbnailUrl']
  const secrets = Object.fromEntries(names.map(name => [name, 'S3CRET']))
  const lines = await linesOf(
    'info',
    `const secrets = ${JSON.stringify(secrets)}
     logger.info({ ...secrets, id: 1 }, 'top')
     logger.info({ message: { ...secrets, id: 2 } }, 'inside')
     logger.child({ request: secrets }).info('child')`,
  )
  expect(lines).toHaveLength(3)
  expect(JSON.stringify(lines)).not.toContain('S3CRET')
  expect(lines[0]).toMatchObject({ token: '[redacted]', id: 1 })
  expect(lines[1]).toMatchObject({ message: { textContent: '[redacted]', id: 2 } })
})
