import { execFile } from 'node:child_process'
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface ImageTree extends AsyncDisposable {
  /** Where the image has `/app`. */
  app: string
  /** The program. */
  node: string
  /** Every file below `app`. */
  listFiles(): Promise<string[]>
  countBytes(): Promise<number>
}

/**
 * The files of the image, made without a container engine: what the Dockerfile copies, the packages that npm installs
 * without development dependencies, less what the Dockerfile deletes of them. Nobody may write to it.
 */
export async function buildImageTree(): Promise<ImageTree> {
  const folder = await mkdtemp(join(tmpdir(), 'growzone-chat-image-'))
  await using building = new AsyncDisposableStack()
  building.defer(async () => {
    await run('chmod', ['-R', 'u+w', folder])
    await rm(folder, { recursive: true })
  })
  await chmod(folder, 0o755)
  const app = join(folder, 'app')
  const dockerfile = await readFile('Dockerfile', 'utf8')
  await mkdir(app)
  const copying = ['-c', 'app=$1; shift; tar -cf - "$@" | tar -xf - -C "$app"', 'sh']
  await run('sh', [...copying, app, ...(await productionPackages())])
  await run('sh', ['-c', deletionIn(dockerfile)], { cwd: app })
  for (const [source, destination] of copiesIn(dockerfile))
    await cp(source, join(app, destination), { recursive: true })
  const node = join(folder, 'node')
  await copyFile(process.execPath, node)
  await run('chmod', ['-R', 'a+rX,a-w', app])

  const listFiles = async () => {
    const entries = await readdir(app, { recursive: true, withFileTypes: true })
    return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  }
  const built = building.move()
  return {
    app,
    node,
    listFiles,
    async countBytes() {
      const sizes = await Promise.all((await listFiles()).map(async file => (await stat(file)).size))
      return sizes.reduce((sum, size) => sum + size, 0)
    },
    [Symbol.asyncDispose]: () => built.disposeAsync(),
  }
}

/** Paths of the packages, with what lies in them; of optional ones those that fit this machine. */
async function productionPackages(): Promise<string[]> {
  const { packages } = JSON.parse(await readFile('node_modules/.package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: true }>
  }
  const isNested = (path: string) => path.lastIndexOf('node_modules/') > 0
  return Object.keys(packages).filter(path => packages[path]?.dev !== true && !isNested(path))
}

/** Source and destination of what the last stage takes from the repository. */
function copiesIn(dockerfile: string): [string, string][] {
  const stage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
  return [...stage.matchAll(/^COPY (?!--from)(\S+) (\S+)$/gm)].map(([, source = '', destination = '']) => [
    source,
    destination === './' ? source : destination,
  ])
}

function deletionIn(dockerfile: string): string {
  const command = /&& (find node_modules .* -delete)$/m.exec(dockerfile)?.[1]
  if (command === undefined) throw new Error('the Dockerfile no longer says what is deleted')
  return command
}
