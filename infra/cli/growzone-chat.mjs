#!/usr/bin/env node
// Plain JavaScript that old versions can read: it hands over to the Node.js that npm installed for this package.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const NEEDED_MAJOR = 24
const root = new URL('../../', import.meta.url)

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  if (existsSync(new URL('node_modules/zod/package.json', root))) {
    // Compiled code is kept from one start to the next, where this account may write; else it is compiled again.
    module.enableCompileCache(fileURLToPath(new URL('node_modules/.cache/compiled', root)))
    const { runCli } = await import('./main.ts')
    process.exit(await runCli(process.argv.slice(2), process.env))
  }
  fail('dependencies are not installed; run npm ci first')
} else {
  handOver(fileURLToPath(new URL('node_modules/.bin/node', root)))
}

function handOver(node) {
  if (!existsSync(node)) return fail(`needs Node.js ${NEEDED_MAJOR}, which npm installs; run npm ci first`)
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])
    process.on(signal, () => child.kill(signal))
  child.on('error', error => fail(error.message))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function fail(message) {
  process.stderr.write(`growzone-chat: ${message}\n`)
  process.exit(1)
}
