import { expect, test } from 'vitest'
import { roundsOf } from '../../services/persister/store-commands.ts'
import { conversationIdOf } from '../../shared/contract/identifiers.ts'
import { ADA, BOB, EVE, otherCommand, sendCommand, workOf } from '../support/commands.ts'

const ADA_BOB = conversationIdOf(ADA, BOB)
const BOB_EVE = conversationIdOf(BOB, EVE)
const send = (from: number, to: number) => workOf(sendCommand(from, to))
const read = (conversationId: string) =>
  workOf(otherCommand(BOB, conversationId, { type: 'messages.read', data: { upToSeq: 1 } }))
const shape = (rounds: ReturnType<typeof roundsOf>) =>
  rounds.map(round => round.map(work => `${work.command.type} ${work.command.userId}`))

test('no commands make no round', () => {
  expect(roundsOf([])).toEqual([])
})

test('commands of one type, of whatever conversations, make one round in their order', () => {
  const works = [send(ADA, BOB), send(BOB, EVE), send(BOB, ADA), send(EVE, BOB)]
  expect(roundsOf(works)).toEqual([works])
})

test('commands of several types in several conversations share a round', () => {
  const works = [send(ADA, BOB), read(BOB_EVE)]
  expect(roundsOf(works)).toEqual([works])
})

test('a change of type begins a new round for that conversation alone', () => {
  const works = [send(ADA, BOB), read(ADA_BOB), send(ADA, BOB), send(BOB, EVE), read(BOB_EVE)]
  expect(shape(roundsOf(works))).toEqual([
    ['message.send 1', 'message.send 2'],
    ['messages.read 2', 'messages.read 2'],
    ['message.send 1'],
  ])
})
