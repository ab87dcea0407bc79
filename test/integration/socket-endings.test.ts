import { expect, test } from 'vitest'
import { endDueSocketsWith } from '../../services/gateway/end-due-sockets.ts'
import { createSocketEndings, findDueEndings, planEnding } from '../../shared/connections/socket-endings.ts'
import { createLogger } from '../../shared/logger.ts'
import { startTable } from './connections-fixture.ts'

const secondsFromNow = (seconds: number) => new Date(Date.now() + seconds * 1_000)
const logger = createLogger('gateway', 'silent')

async function startEndings() {
  const store = await startTable()
  const endings = createSocketEndings(store.table.client)
  return { endings, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
}

test('what is due is found, to the second, and what is not due is not', async () => {
  await using store = await startEndings()
  const now = secondsFromNow(0)
  const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000)
  for (const seconds of [-240, -61, -1, 0, 1, 60])
    await planEnding(store.endings, `s${seconds}=`, at(seconds))
  const idsDueAt = async (time: Date) =>
    (await findDueEndings(store.endings, time)).map(({ connectionId }) => connectionId).toSorted()
  expect(await idsDueAt(now)).toEqual(['s-1=', 's-240=', 's-61=', 's0='])
  expect(await idsDueAt(at(1))).toEqual(['s-1=', 's-240=', 's-61=', 's0=', 's1='])
  expect(await idsDueAt(at(-70))).toEqual(['s-240='])
})

test('a tick closes every socket that is due, once; what fails is tried again at the next', async () => {
  await using store = await startEndings()
  const ids = Array.from({ length: 100 }, (_, index) => `L0SM9cOFvHcCI${index}=`)
  await Promise.all(ids.map(id => planEnding(store.endings, id, secondsFromNow(-1))))
  await planEnding(store.endings, 'later=', secondsFromNow(600))
  const closed: string[] = []
  let isAway = true
  const tick = endDueSocketsWith({
    endings: store.endings,
    async close(connectionId) {
      if (isAway && connectionId === ids[7]) throw new Error('away')
      closed.push(connectionId)
    },
    logger,
  })
  expect(await tick()).toEqual({ ended: 99, failed: 1 })
  isAway = false
  expect(await tick()).toEqual({ ended: 1, failed: 0 })
  expect(await tick()).toEqual({ ended: 0, failed: 0 })
  expect(closed.toSorted()).toEqual(ids.toSorted())
})
