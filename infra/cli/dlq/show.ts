import type { Action } from './action.ts'
import { toDetails, toFullJson } from './describe.ts'

/** The filter has the id. */
export const show: Action = async ({ queues, asJson, throwIfInterrupted }) => {
  const found = await queues.receiveAll()
  throwIfInterrupted()
  const notes = queues.describeUnseen()
  if (found.length === 0) return { output: [], notes, failure: 'no dead letter has this id' }
  return { output: found.flatMap(one => (asJson ? JSON.stringify(toFullJson(one)) : toDetails(one))), notes }
}
