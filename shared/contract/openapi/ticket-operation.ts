import * as z from 'zod'
import { timestamp } from '../objects.ts'
import type { Operation } from './operation.ts'

export const ticketOperation: Operation = {
  ...{ id: 'issueTicket', method: 'post', path: '/ws-tickets', tag: 'socket' },
  summary: 'Gives a ticket that opens one socket',
  description:
    'Open the socket with `?ticket=` before `expiresAt`, a minute from now. It opens one: a second attempt is answered 401.',
  answers: {
    201: {
      description: 'The ticket.',
      schema: z.object({ data: z.object({ ticket: z.string(), expiresAt: timestamp }) }),
      example: {
        data: {
          ticket: 'q2yWJ0c7kXo1mB5v9Zr3tN8aHdLpGfUeSiRwQxTyC4E',
          expiresAt: '2026-03-01T09:31:00.000Z',
        },
      },
    },
  },
  problems: [],
}
