/**
 * Takes in: the name of one of the gateway's Lambda handlers, and a folder.
 * Guarantees: one ES module for AWS Lambda's Node.js 24 with nothing to install beside it, alone in its folder; the same
 * code gives the same bytes.
 * Gives out: the bundle's file and its size, and how much of it each package takes.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile, type Plugin } from 'esbuild'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ENTRIES = join(ROOT, 'services/gateway/lambda')
const SMALL_METRICS = join(ENTRIES, 'small-metrics.ts')
const NO_THREADS = join(ENTRIES, 'no-threads.ts')
const NO_ENDPOINT_CACHE = join(ENTRIES, 'no-endpoint-cache.ts')

/** Lambda gives credentials in the environment, where the SDK looks first. These are loaded only when it found none. */
const OTHER_CREDENTIALS = [
  ...['http', 'ini', 'login', 'process', 'sso', 'web-identity'].map(
    name => `@aws-sdk/credential-provider-${name}`,
  ),
  '@smithy/credential-provider-imds',
]

/** CommonJS packages inside an ES module ask for the parts of Node.js by this name. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);"

/** Clients of AWS read their version from the description of their package, and nothing else of it. */
const ONLY_VERSIONS: Plugin = {
  name: 'only-versions',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules.@aws-sdk.[^/]+.package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'))
      return { contents: JSON.stringify({ version }), loader: 'json' }
    })
  },
}

/** Each is a function of its own, with rights of its own. */
export const LAMBDA_HANDLERS = ['authorize', 'connect', 'disconnect', 'frame', 'expire'] as const
export type LambdaHandler = (typeof LAMBDA_HANDLERS)[number]

export interface LambdaBundle {
  file: string
  bytes: number
  /** Bytes of the bundle by package, the largest first; our own code by its folder. */
  packages: [name: string, bytes: number][]
}

export async function bundleLambda(handler: LambdaHandler, folder: string): Promise<LambdaBundle> {
  const file = join(folder, handler, 'index.mjs')
  const { metafile } = await build({
    ...{
      absWorkingDir: ROOT,
      entryPoints: [join(ENTRIES, `${handler}.ts`)],
      outfile: file,
      logLevel: 'silent',
    },
    ...{ bundle: true, minify: true, metafile: true },
    ...{ platform: 'node', target: 'node24', format: 'esm', banner: { js: REQUIRE } },
    // ES modules where a package has them: of CommonJS nothing can be left out.
    mainFields: ['module', 'main'],
    external: OTHER_CREDENTIALS,
    alias: {
      'prom-client': SMALL_METRICS,
      'thread-stream': NO_THREADS,
      '@aws-sdk/endpoint-cache': NO_ENDPOINT_CACHE,
    },
    plugins: [ONLY_VERSIONS],
  })
  const [output] = Object.values(metafile.outputs)
  if (output === undefined) throw new Error('esbuild gave no bundle')
  return { file, bytes: output.bytes, packages: sumByPackage(output.inputs) }
}

function sumByPackage(inputs: Metafile['outputs'][string]['inputs']): LambdaBundle['packages'] {
  const sums = new Map<string, number>()
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const name = packageOf(path)
    sums.set(name, (sums.get(name) ?? 0) + bytesInOutput)
  }
  return [...sums].toSorted(([, a], [, b]) => b - a)
}

/** The innermost, since packages may hold others. */
function packageOf(path: string): string {
  const inPackages = path.split('node_modules/').at(-1) as string
  const [scope = '', name] = inPackages.split('/')
  return scope.startsWith('@') && name !== undefined ? `${scope}/${name}` : scope
}
