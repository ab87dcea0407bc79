import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What the package exports, by entry. */
const ENTRIES = [
  { name: '@growzone/chat-client', file: 'index.ts' },
  { name: '@growzone/chat-client/react', file: 'react.ts' },
  { name: '@growzone/chat-client/gifted-chat', file: 'gifted-chat.ts' },
]
const DECLARATION = /^export (?:declare )?(interface|type|class|function) (\w+)/
const SOURCE = new URL('./src/', import.meta.url)

interface Declaration {
  name: string
  text: string
  doc: string
}

/** The API reference in Markdown, from the type declarations of a build: each with its comment, as the compiler has it. */
export async function buildReference(typesDir: string): Promise<string> {
  const parts = [
    '# API reference',
    '',
    'Generated from the code by `npm run docs:client`. Every call that fails rejects with a `ChatError`.',
  ]
  for (const { name, file } of ENTRIES) {
    const declarations = await collect(typesDir, file)
    parts.push('', `## \`${name}\``)
    for (const { name, doc, text } of declarations)
      parts.push('', `### ${name}`, ...(doc === '' ? [] : ['', doc]), '', '```ts', text, '```')
  }
  return `${parts.join('\n')}\n`
}

/** An entry's declarations, those that it passes on from other files included, in its order. */
async function collect(typesDir: string, file: string): Promise<Declaration[]> {
  const source = await readFile(new URL(file, SOURCE), 'utf8')
  const own = declarationsOf(await readFile(declarationFile(typesDir, `client/src/${file}`), 'utf8'))
  const passedOn = await Promise.all(
    [...source.matchAll(/^export (?:type )?(\*|\{[^}]*\}) from '\.\/([\w-]+\.ts)'/gm)].map(
      async ([, names = '', from = '']) => {
        const declarations = await collect(typesDir, from)
        return names === '*' ? declarations : declarations.filter(({ name }) => hasWord(names, name))
      },
    ),
  )
  const wire = [
    ...source.matchAll(/^export type (\{[^}]*\}) from '\.\.\/\.\.\/shared\/contract\/wire\.ts'/gm),
  ]
  const contract = declarationsOf(
    await readFile(declarationFile(typesDir, 'shared/contract/wire.ts'), 'utf8'),
  )
  const shared = contract.filter(({ name }) => wire.some(([, names = '']) => hasWord(names, name)))
  return [...passedOn.flat(), ...shared, ...own]
}

function declarationFile(typesDir: string, source: string): string {
  return join(typesDir, source.replace(/\.ts$/, '.d.ts'))
}

function hasWord(list: string, word: string): boolean {
  return new RegExp(`\\b${word}\\b`).test(list)
}

/** Top-level exported declarations of a `.d.ts` file, each from its comment to its end. */
function declarationsOf(text: string): Declaration[] {
  const found: Declaration[] = []
  let doc: string[] = []
  let current: string[] | undefined
  for (const line of text.split('\n')) {
    if (current) current.push(line)
    else if (/^\/\*\*|^ \*/.test(line)) doc.push(line)
    else if (DECLARATION.test(line)) current = [line]
    else doc = []
    if (current && isWhole(current.join('\n'))) {
      const name = DECLARATION.exec(current[0] ?? '')?.[2] as string
      const body = current.join('\n').replace(/^export (declare )?/, '')
      found.push({ name, text: body, doc: plain(doc) })
      current = undefined
      doc = []
    }
  }
  return found
}

/** A declaration ends with a brace or a semicolon outside of all braces. */
function isWhole(text: string): boolean {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').trimEnd()
  return /[;}]$/.test(code) && code.split('{').length === code.split('}').length
}

function plain(comment: string[]): string {
  return comment
    .map(line => line.replace(/^\s*\/?\*+\/?\s?/, '').replace(/\s*\*\/$/, ''))
    .join('\n')
    .trim()
}

if (import.meta.main) {
  const { buildClient } = await import('./build.ts')
  await buildClient()
  const reference = await buildReference(join(import.meta.dirname, 'dist', 'types'))
  await writeFile(join(import.meta.dirname, 'API.md'), reference)
}
