import type { Scenarios } from '../environment.ts'
import { expectSame } from '../expect-same.ts'

const PNG_START = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
const MEGABYTE = 1024 * 1024

export const uploads: Scenarios = {
  'a file is uploaded with its progress, also after the token has ended, and is sent': async environment => {
    const { host } = environment
    const { ann, ben } = await environment.createConversation()
    let token = await host.signToken(ann.userId, -60)
    const phone = await environment.createDevice(ann.userId, {
      async getToken({ refresh }) {
        if (refresh) token = await host.signToken(ann.userId, 3_600)
        return token
      },
      autoConnect: false,
    })
    const picture = createPicture(2 * MEGABYTE)
    const shares: number[] = []
    const file = await phone.client.upload(picture, { onProgress: share => shares.push(share) })
    expectSame([file.contentType, file.size], ['image/png', picture.size])
    expectSame(shares.at(-1), 1)
    expectSame(
      shares.every(share => share >= 0 && share <= 1),
      true,
    )
    expectSame(await host.countBytes(file.url), picture.size)
    const sent = ann.client.send({ recipientId: ben.userId }, { contentType: 'image', mediaUrl: file.url })
    expectSame((await sent.settled).status, 'sent')
    await ben.shown.until('it has come', ({ messages }) => plain(messages[0]?.mediaUrl) === plain(file.url))
  },

  'an upload can be aborted, before it begins and on the way': async environment => {
    const { ann } = await environment.createConversation()
    const picture = createPicture(8 * MEGABYTE)
    const codeOf = (upload: Promise<unknown>) =>
      upload.then(
        () => 'done',
        error => error.code,
      )
    expectSame(await codeOf(ann.client.upload(picture, { signal: AbortSignal.abort() })), 'aborted')
    const controller = new AbortController()
    const upload = ann.client.upload(picture, { signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    expectSame(await codeOf(upload), 'aborted')
  },

  'what is no picture, video or sound is refused with the reason': async environment => {
    const { ann } = await environment.createConversation()
    const refused = await ann.client.upload(new Blob(['just text'], { type: 'image/png' })).then(
      () => undefined,
      error => [error.code, error.status],
    )
    expectSame(refused, ['rejected', 415])
  },
}

const plain = (url: string | null | undefined) => url?.split('?')[0]

function createPicture(bytes: number): Blob {
  const content = new Uint8Array(bytes)
  content.set(PNG_START)
  return new Blob([content], { type: 'image/png' })
}
