import { baseOf, type RawAnswer, readAnswer, withToken } from './api.ts'
import { ChatError } from './chat-error.ts'
import type { Tokens } from './tokens.ts'
import type { UploadedFile, UploadOptions, UploadSource } from './types.ts'

/** Uploads a file of at most 50 MB; its `url` is the `mediaUrl` of a message. */
export type Upload = (file: UploadSource, options?: UploadOptions) => Promise<UploadedFile>

export function createUpload(apiUrl: string, tokens: Tokens, fetchIt: typeof fetch): Upload {
  const url = `${baseOf(apiUrl)}/upload`
  return async (file, options = {}) => {
    const send = typeof XMLHttpRequest === 'undefined' ? sendByFetch : sendByXhr
    const answer = await withToken(tokens, token => {
      if (options.signal?.aborted) throw aborted()
      const form = new FormData()
      form.append('file', file as Blob)
      return send(form, token, options)
    })
    options.onProgress?.(1)
    return readAnswer<UploadedFile>(answer).data
  }

  /** fetch cannot tell how far an upload is; browsers and React Native have what can. */
  function sendByXhr(
    form: FormData,
    token: string,
    { onProgress, signal }: UploadOptions,
  ): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open('POST', url)
      request.setRequestHeader('Authorization', `Bearer ${token}`)
      const abort = () => request.abort()
      signal?.addEventListener('abort', abort)
      request.upload.onprogress = ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0)
      request.onload = () =>
        resolve({
          status: request.status,
          text: request.responseText,
          retryAfter: request.getResponseHeader('Retry-After'),
        })
      request.onerror = () => reject(new ChatError('network', 'the upload broke off'))
      request.onabort = () => reject(aborted())
      request.onloadend = () => signal?.removeEventListener('abort', abort)
      request.send(form)
    })
  }

  async function sendByFetch(form: FormData, token: string, { signal }: UploadOptions): Promise<RawAnswer> {
    try {
      const response = await fetchIt(url, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}` },
        body: form,
        ...(signal && { signal }),
      })
      return {
        status: response.status,
        text: await response.text(),
        retryAfter: response.headers.get('Retry-After'),
      }
    } catch (error) {
      throw signal?.aborted ? aborted() : new ChatError('network', 'the upload broke off', { cause: error })
    }
  }
}

function aborted(): ChatError {
  return new ChatError('aborted', 'the upload was aborted')
}
