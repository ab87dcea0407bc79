import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Page } from './build-page.ts'

export interface PageAnswer {
  status: number
  headers: Record<string, string>
  body: string | Buffer
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
}

/** One folder deep at most and no hidden file: no path leads out of the page's folder. */
const FILE_PATH = /^\/(?:assets\/)?[\w-][\w.-]*$/

/** Gives files of the built page. Assets have a hash in their name; everything else is asked for anew. */
export function servePage(page: Page): (pathname: string) => Promise<PageAnswer> {
  return async pathname => {
    const path = pathname === '/' ? '/index.html' : pathname
    const body = FILE_PATH.test(path) ? await readIfThere(join(page.folder, path)) : undefined
    if (body !== undefined) return { status: 200, headers: headersOf(path), body }
    if (path === '/index.html') return unfinished(page.state())
    return plain(404, 'not found')
  }
}

function headersOf(path: string): Record<string, string> {
  const isHashed = path.startsWith('/assets/')
  return {
    'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
    'Cache-Control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
}

/** Comes again by itself until the page is there. */
function unfinished(state: string): PageAnswer {
  const answer = plain(503, `The demo page ${state}.`)
  return { ...answer, headers: { ...answer.headers, 'Retry-After': '1', Refresh: '1' } }
}

function plain(status: number, line: string): PageAnswer {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }
  return { status, headers, body: `${line}\n` }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes(code)) return undefined
    throw error
  }
}
