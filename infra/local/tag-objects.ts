import type { buildApp } from 'fauxqs'

type App = ReturnType<typeof buildApp>
type Tag = [key: string, value: string]

/**
 * Object tags for fauxqs, which would take `DELETE …?tagging` for the deletion of the object. They live in memory, and
 * no rule acts on them: what is embedded keeps every upload.
 */
export function tagObjects(app: App): void {
  const tagsOf = new Map<string, Tag[]>()
  const setTags = (path: string, tags: Tag[]) =>
    tags.length > 0 ? tagsOf.set(path, tags) : tagsOf.delete(path)

  app.addHook('onRequest', async (request, reply) => {
    const { pathname, searchParams } = new URL(request.url, 'http://s3')
    if (searchParams.has('tagging')) {
      if (request.method === 'PUT') return reply.status(501).send()
      if (request.method === 'DELETE') tagsOf.delete(pathname)
      if (request.method === 'DELETE') return reply.status(204).send()
      return reply.header('content-type', 'application/xml').send(writeTags(tagsOf.get(pathname) ?? []))
    }
    const isNew = request.method === 'PUT' ? !searchParams.has('partNumber') : searchParams.has('uploads')
    if (isNew) setTags(pathname, [...new URLSearchParams(String(request.headers['x-amz-tagging'] ?? ''))])
    if (request.method === 'DELETE') tagsOf.delete(pathname)
  })

  app.addHook('preHandler', async ({ headers, body, url }) => {
    if (!headers['content-type']?.startsWith('multipart/form-data') || !Buffer.isBuffer(body)) return
    const fields = body.toString('latin1', 0, MAX_FIELDS_BYTES)
    const tags = [...fieldOf(fields, 'tagging').matchAll(/<Key>(.*?)<\/Key><Value>(.*?)<\/Value>/g)]
    setTags(
      `${url.split('?')[0]}/${fieldOf(fields, 'key')}`,
      tags.map(([, key = '', value = '']) => [key, value]),
    )
  })
}

/** The fields of a form stand before its file. */
const MAX_FIELDS_BYTES = 16 * 1024

function fieldOf(form: string, name: string): string {
  return form.split(`name="${name}"\r\n\r\n`)[1]?.split('\r\n')[0] ?? ''
}

function writeTags(tags: Tag[]): string {
  const set = tags.map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`)
  return `<?xml version="1.0" encoding="UTF-8"?><Tagging><TagSet>${set.join('')}</TagSet></Tagging>`
}
