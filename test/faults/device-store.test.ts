import { beforeEach, expect, test } from 'vitest'
import type { Message } from '../../shared/contract/objects.ts'
import { createDeviceStore, type DeviceStore } from './clients/device-store.ts'

const CONVERSATION = 'c'
let store: DeviceStore

beforeEach(() => {
  store = createDeviceStore()
})

test('a version that follows is taken, one that skips another is a gap', () => {
  expect(store.applyMessage(message('m1', 1))).toBe('applied')
  expect(store.applyMessage(message('m3', 3))).toBe('gap')
  expect(store.of(CONVERSATION).version).toBe(1)
  expect([...store.of(CONVERSATION).messages.keys()]).toEqual(['m1', 'm3'])
})

test('a receipt of three messages covers three versions', () => {
  for (const seq of [1, 2, 3]) store.applyMessage(message(`m${seq}`, seq))
  expect(store.applyStatus(read(['m1', 'm2', 'm3'], 6))).toBe('applied')
  expect(store.of(CONVERSATION)).toMatchObject({ version: 6 })
  expect(store.of(CONVERSATION).messages.get('m2')).toMatchObject({ version: 5, readAt: 'now' })
})

test('what comes twice changes nothing', () => {
  store.applyMessage(message('m1', 1))
  store.applyStatus(read(['m1'], 2))
  expect(store.applyMessage(message('m1', 1))).toBe('applied')
  expect(store.of(CONVERSATION)).toMatchObject({ version: 2 })
  expect(store.of(CONVERSATION).messages.get('m1')).toMatchObject({ readAt: 'now' })
})

test('changes close a gap, and say more than the frame that showed it', () => {
  store.applyMessage(message('m1', 1))
  expect(store.applyStatus(read(['m1'], 3))).toBe('gap')
  store.applyChanges(CONVERSATION, {
    changes: [message('m1', 1, { version: 3, deliveredAt: 'before', readAt: 'now' })],
    nextAfter: 3,
    clearedSeq: 0,
  })
  expect(store.of(CONVERSATION).messages.get('m1')).toMatchObject({ deliveredAt: 'before', readAt: 'now' })
  expect(store.of(CONVERSATION).version).toBe(3)
})

test('what the user deleted does not come back, however late a frame tells of it', () => {
  store.applyMessage(message('m1', 1))
  store.applyDeleted({ id: 'm1', conversationId: CONVERSATION, seq: 1, version: 2 })
  store.applyMessage(message('m1', 1, { version: 3 }))
  store.applyChanges(CONVERSATION, { changes: [], nextAfter: 3, clearedSeq: 2 })
  store.applyMessage(message('m2', 2, { version: 4 }))
  expect(store.of(CONVERSATION).messages.size).toBe(0)
  expect(store.of(CONVERSATION).lastSeq).toBe(2)
})

function message(id: string, seq: number, changed: Partial<Message> = {}): Message {
  return {
    ...{ id, seq, version: seq, conversationId: CONVERSATION, senderId: 1, recipientId: 2 },
    ...{ contentType: 'text', textContent: id, mediaUrl: null, mediaThumbnailUrl: null, audioDuration: null },
    ...{ replyToId: null, status: 'sent', createdAt: '', sentAt: '', deliveredAt: null, readAt: null },
    ...changed,
  }
}

function read(messageIds: string[], version: number) {
  return { conversationId: CONVERSATION, messageIds, status: 'read' as const, at: 'now', version }
}
