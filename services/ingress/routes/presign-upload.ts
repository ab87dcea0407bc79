import { newId } from '../../../shared/contract/identifiers.ts'
import { ProblemError } from '../../../shared/contract/problems.ts'
import { presignUploadBody } from '../../../shared/contract/requests.ts'
import { EXTENSIONS } from '../../../shared/media/detect-media-type.ts'
import { answer } from '../answer.ts'
import type { IngressDeps, Route } from '../context.ts'
import { fileTooLarge } from '../read-form-file.ts'
import { readBody } from '../read-request.ts'

const LIFETIME_SECONDS = 300

/** `POST /uploads`: 201 with a form to send straight to the bucket, good for five minutes, one type and one size. */
export function presignUpload({ media, uploadMaxBytes }: IngressDeps): Route {
  return async function presignUploadRoute(c) {
    const { contentType, size } = await readBody(c, presignUploadBody)
    const extension = EXTENSIONS.get(contentType)
    if (extension === undefined)
      throw new ProblemError(
        415,
        `${contentType} may not be uploaded; may be: ${[...EXTENSIONS.keys()].join(', ')}`,
      )
    if (size > uploadMaxBytes) throw fileTooLarge(uploadMaxBytes)
    const key = `${c.get('userId')}/${newId()}.${extension}`
    const expiresAt = new Date(Date.now() + LIFETIME_SECONDS * 1000).toISOString()
    const form = await media.presign({ key, contentType, size, lifetimeSeconds: LIFETIME_SECONDS })
    return answer(c, 201, { data: { ...form, method: 'POST', url: media.urlOf(key), expiresAt } })
  }
}
