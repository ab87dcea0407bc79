import * as z from 'zod'
import { timestamp } from '../objects.ts'
import { presignUploadBody } from '../requests.ts'
import { BODY_PROBLEMS, data, type Operation } from './operation.ts'

const uploadedFile = z.object({
  url: z.url(),
  mediaThumbnailUrl: z.url().optional().describe('of an image: what the message member of this name takes'),
  contentType: z.string(),
  size: z.int().describe('bytes'),
  width: z.int().optional().describe('of an image, pixels'),
  height: z.int().optional(),
  duration: z.number().optional().describe('of a sound or video, seconds'),
})

export const MEDIA_OPERATIONS: Operation[] = [
  {
    ...{ id: 'uploadMedia', method: 'post', path: '/upload', tag: 'media' },
    summary: 'Uploads an image, a video or a sound',
    description:
      'The content tells the type, whatever name and `Content-Type` say. Images are made anew, upright and without what a ' +
      'camera wrote beside them (place, device), and get a thumbnail; `size`, `width` and `height` are those of the new ' +
      'image. Sound and video are stored as they come; `duration` is there where the file tells it. HEIC, in ' +
      'which iPhones take photos, and AVIF are 415: convert them to JPEG first.',
    takesFile: true,
    answers: {
      201: {
        description: '`url` is what `mediaUrl` takes.',
        schema: data(uploadedFile),
        example: {
          data: {
            url: 'https://media.example.com/1/a.jpg?Expires=1772445600',
            mediaThumbnailUrl: 'https://media.example.com/1/a-thumbnail.webp?Expires=1772445600',
            contentType: 'image/jpeg',
            size: 48_211,
            width: 1_536,
            height: 2_048,
          },
        },
      },
    },
    problems: [...BODY_PROBLEMS],
  },
  {
    ...{ id: 'presignUpload', method: 'post', path: '/uploads', tag: 'media' },
    summary: 'Gives a form to upload a file straight to the bucket',
    description:
      'Send `fields` and then the file in the field `file` as multipart/form-data to `uploadUrl`, before `expiresAt`. ' +
      'Only a file of this type and size is taken. Images take the other way, where they are made anew: 415.',
    body: {
      schema: presignUploadBody,
      examples: { video: { contentType: 'video/mp4', size: 4_821_100 } },
    },
    answers: {
      201: {
        description: '`url` is what `mediaUrl` takes once the file is there.',
        schema: data(
          z.object({
            uploadUrl: z.url(),
            method: z.literal('POST'),
            fields: z.record(z.string(), z.string()),
            url: z.url(),
            expiresAt: timestamp,
          }),
        ),
        example: {
          data: {
            uploadUrl: 'https://media.s3.amazonaws.com/',
            method: 'POST',
            fields: { key: '1/a.mp4', 'Content-Type': 'video/mp4' },
            url: 'https://media.example.com/1/a.mp4',
            expiresAt: '2026-03-01T09:35:00.000Z',
          },
        },
      },
    },
    problems: [...BODY_PROBLEMS],
  },
]
