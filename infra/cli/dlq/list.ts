import type { Action } from './action.ts'
import { toJson, toTable } from './describe.ts'
import { NO_MATCH } from './report.ts'

export const list: Action = async ({ queues, asJson, throwIfInterrupted }) => {
  const found = await queues.receiveAll()
  throwIfInterrupted()
  const notes = queues.describeUnseen()
  if (asJson) return { output: found.map(one => JSON.stringify(toJson(one))), notes }
  return { output: found.length === 0 ? [NO_MATCH] : toTable(found), notes }
}
