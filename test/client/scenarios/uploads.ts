import type { Scenarios } from '../environment.ts'
import { expectSame } from '../expect-same.ts'

/** `ftyp` of an MP4. */
const MP4_START = [0, 0, 0, 16, 0x66, 0x74, 0x79, 0x70, 0x69, 0x73, 0x6f, 0x6d, 0, 0, 0, 0]
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
    const video = createVideo(2 * MEGABYTE)
    const shares: number[] = []
    const file = await phone.client.upload(video, { onProgress: share => shares.push(share) })
    expectSame([file.contentType, file.size], ['video/mp4', video.size])
    expectSame(shares.at(-1), 1)
    expectSame(
      shares.every(share => share >= 0 && share <= 1),
      true,
    )
    expectSame(await host.countBytes(file.url), video.size)
    const sent = ann.client.send({ recipientId: ben.userId }, { contentType: 'video', mediaUrl: file.url })
    expectSame((await sent.settled).status, 'sent')
    await ben.shown.until('it has come', ({ messages }) => plain(messages[0]?.mediaUrl) === plain(file.url))
  },

  'an upload can be aborted, before it begins and on the way': async environment => {
    const { ann } = await environment.createConversation()
    const video = createVideo(8 * MEGABYTE)
    const codeOf = (upload: Promise<unknown>) =>
      upload.then(
        () => 'done',
        error => error.code,
      )
    expectSame(await codeOf(ann.client.upload(video, { signal: AbortSignal.abort() })), 'aborted')
    const controller = new AbortController()
    const upload = ann.client.upload(video, { signal: controller.signal })
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

function createVideo(bytes: number): Blob {
  const content = new Uint8Array(bytes)
  content.set(MP4_START)
  return new Blob([content], { type: 'video/mp4' })
}
