/** The published documents and a page that shows them. Open to everybody: they tell nothing that the code does not. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { buildAsyncApi } from '../../shared/contract/asyncapi/build-asyncapi.ts'
import { buildOpenApi } from '../../shared/contract/openapi/build-openapi.ts'
import type { IngressEnv } from './context.ts'
import { ANSWER_HEADERS } from './secure-headers.ts'
import { renderSocketPage } from './socket-page.ts'

const ASSETS: Record<string, string> = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
  'favicon-32x32.png': 'image/png',
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Growzone Chat API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<p style="margin:1rem auto 0;max-width:1420px;padding:0 20px;font-family:sans-serif">The socket and the events: <a href="docs/socket">docs/socket</a></p>
<div id="api"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`
const START = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null })\n`

const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
}
const FOR_AN_HOUR = 'public, max-age=3600'

export function buildDocumentRoutes(basePath: string): Hono<IngressEnv> {
  const documents = new Hono<IngressEnv>()
  // The pages say themselves what they may load.
  documents.use('/docs/*', secureHeaders({ xXssProtection: false, xFrameOptions: 'DENY' }))
  const openApi = once(() => JSON.stringify(buildOpenApi(basePath)))
  const asyncApi = once(() => JSON.stringify(buildAsyncApi()))
  const socketPage = once(async () => String(await renderSocketPage(buildAsyncApi())))
  const json = { ...ANSWER_HEADERS, 'Content-Type': 'application/json' }
  documents.get('/openapi.json', c => c.body(openApi(), 200, json))
  documents.get('/asyncapi.json', c => c.body(asyncApi(), 200, json))
  documents.get('/docs/socket', async c => c.body(await socketPage(), 200, PAGE_HEADERS))
  documents.get('/docs', c => c.body(PAGE, 200, PAGE_HEADERS))
  documents.get('/docs/start.js', c => c.body(START, 200, { 'Content-Type': 'text/javascript' }))
  for (const [name, type] of Object.entries(ASSETS)) {
    documents.get(`/docs/${name}`, async c => {
      const bytes = await readFile(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`)))
      return c.body(new Uint8Array(bytes), 200, { 'Content-Type': type, 'Cache-Control': FOR_AN_HOUR })
    })
  }
  return documents
}

/** Made when it is first asked for: a start need not wait for what few read. */
function once<Made>(make: () => Made): () => Made {
  let made: Made | undefined
  return () => {
    made ??= make()
    return made
  }
}
