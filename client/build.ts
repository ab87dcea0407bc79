import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Of the client without its React hooks, minified and gzipped. */
const MAX_BYTES = 10_000
const CLIENT = fileURLToPath(new URL('.', import.meta.url))
const TSC = fileURLToPath(new URL('../node_modules/.bin/tsc', import.meta.url))
const ENTRIES = ['index', 'react', 'gifted-chat']

/** Builds the package into `client/dist`: ES modules and type declarations. Gives the gzipped size of the client. */
export async function buildClient(outDir = join(CLIENT, 'dist')): Promise<number> {
  await rm(outDir, { recursive: true, force: true })
  await build({
    entryPoints: ENTRIES.map(name => join(CLIENT, 'src', `${name}.ts`)),
    outdir: outDir,
    ...{ bundle: true, format: 'esm', platform: 'neutral', target: 'es2022', sourcemap: true, minify: true },
    external: ['react'],
  })
  const types = join(outDir, 'types')
  await promisify(execFile)(TSC, ['-p', join(CLIENT, 'tsconfig.build.json'), '--outDir', types])
  return gzipSync(await readFile(join(outDir, 'index.js')), { level: 9 }).length
}

if (import.meta.main) {
  const bytes = await buildClient()
  const verdict = bytes > MAX_BYTES ? `more than the ${MAX_BYTES} it may have` : 'built into client/dist'
  process.stdout.write(`@growzone/chat-client: ${bytes} bytes gzipped, ${verdict}\n`)
  if (bytes > MAX_BYTES) process.exitCode = 1
}
