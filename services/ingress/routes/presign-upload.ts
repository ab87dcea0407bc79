import { newId } from '../../../shared/contract/identifiers.ts'
import { ProblemError } from '../../../shared/contract/problems.ts'
import { presignUploadBody } from '../../../shared/contract/requests.ts'
import { EXTENSIONS, typeRefused } from '../../../shared/media/detect-media-type.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { limit } from '../limit.ts'
import { fileTooLarge } from '../read-form-file.ts'
import { readBody } from '../read-request.ts'

const LIFETIME_SECONDS = 300

/** `POST /uploads`: 201 with a form to send straight to the bucket, good for five minutes, one type and one size. */
export function presignUpload({ media, signer, uploadMaxBytes, limits }: IngressDeps): Route {
  return async function presignUploadRoute(c) {
    limit({ limits }, c, 'uploads')
    const { contentType, size } = await readBody(c, presignUploadBody)
    const extension = EXTENSIONS.get(contentType)
    if (extension === undefined) throw typeRefused(contentType)
    // What goes straight to the bucket keeps the place and the device that a camera wrote into it.
    if (contentType.startsWith('image/'))
      throw new ProblemError(415, 'images are uploaded by POST /upload, which makes them anew')
    if (size > uploadMaxBytes) throw fileTooLarge(uploadMaxBytes)
    const key = `${c.get('userId')}/${newId()}.${extension}`
    const expiresAt = new Date(Date.now() + LIFETIME_SECONDS * 1000).toISOString()
    const form = await media.presign({ key, contentType, size, lifetimeSeconds: LIFETIME_SECONDS })
    const url = await signer.url(media.urlOf(key))
    return answer(c, 201, { data: { ...form, method: 'POST', url, expiresAt } })
  }
}
