import { createRandom, type Random } from '../../faults/random.ts'
import { readAll } from '../device.ts'
import type { Scenarios, Talker } from '../environment.ts'
import { expectSame } from '../expect-same.ts'
import { sleep, waitUntil, waitUntilSame } from '../wait-until.ts'

const MESSAGES = 500
const DURATION_MS = 6_000
const LAST_CUT_MS = 1_500
const GATEWAY_KILLS = 3
const BURST = 10
/** Generous, for a busy machine; an idle one takes a fraction. */
const HEALED_WITHIN_MS = 60_000

export const randomCuts: Scenarios = {
  '500 messages while networks are cut and the gateway is killed at random: both lists end as the database has them':
    async environment => {
      const { host } = environment
      const { id, ann, ben } = await environment.createConversation()
      const seed = Date.now() % 1_000_000
      const random = createRandom(seed)
      const talkers = [ann, ben]
      const expected = { [ann.userId]: [] as string[], [ben.userId]: [] as string[] }

      async function sendAll(): Promise<void> {
        for (let n = 0; n < MESSAGES; n++) {
          const talker = random.pick(talkers)
          const text = `no. ${n}`
          talker.say(text)
          expected[talker.userId]?.push(text)
          if (n % BURST === BURST - 1) await sleep((BURST * (DURATION_MS + LAST_CUT_MS)) / MESSAGES)
        }
      }
      async function killGateways(): Promise<void> {
        const times = Array.from({ length: GATEWAY_KILLS }, () => random.int(0, DURATION_MS + LAST_CUT_MS))
        await Promise.all(times.map(time => sleep(time).then(host.killGateway)))
      }
      async function disturbNetworks(): Promise<void> {
        await Promise.all(talkers.map(talker => disturb(talker, random.fork(String(talker.userId)))))
        for (const { network } of talkers) network.cut()
      }
      await Promise.all([sendAll(), killGateways(), disturbNetworks()])

      const waiting = talkers.map(({ shown }) => shown.messages().filter(({ seq }) => seq === null).length)
      const restoredAt = performance.now()
      for (const talker of talkers) talker.restore()
      const messagesMs = await measure(restoredAt, () =>
        Promise.all(talkers.map(talker => untilAllAreThere(talker))),
      )
      const onlineMs = await measure(restoredAt, () =>
        Promise.all(talkers.map(({ untilOnline }) => untilOnline())),
      )
      const ticksMs = await measure(restoredAt, () =>
        waitUntilSame(
          `what is shown (seed ${seed})`,
          async () => [
            talkers.map(({ shown }) => shown.messages()),
            await Promise.all(talkers.map(({ client }) => readAll(client, id))),
          ],
          HEALED_WITHIN_MS,
        ),
      )
      await host.report(
        `${MESSAGES} messages, ${waiting.join(' and ')} of them waiting when the network came back: ` +
          `all shown after ${messagesMs} ms, both online after ${onlineMs} ms, equal in every tick after ${ticksMs} ms (seed ${seed})`,
      )

      const stored = await host.readMessages(id)
      const ofDatabase = stored.map(({ id, seq, text }) => ({ id, seq, text }))
      expectSame(
        stored.map(({ seq }) => seq),
        Array.from({ length: MESSAGES }, (_, n) => n + 1),
        `seed ${seed}: seqs`,
      )
      for (const { shown, userId } of talkers) {
        const ofStore = shown.messages().map(({ id, seq, textContent }) => ({ id, seq, text: textContent }))
        expectSame(ofStore, ofDatabase, `seed ${seed}: what ${userId} sees`)
        const own = stored.filter(({ senderId }) => senderId === userId).map(({ text }) => text)
        expectSame(own, expected[userId], `seed ${seed}: what ${userId} sent`)
      }
    },
}

async function disturb({ network, restore }: Talker, random: Random): Promise<void> {
  for (const endsAt = Date.now() + DURATION_MS; Date.now() < endsAt; ) {
    await sleep(random.int(50, 600))
    network.cut()
    await sleep(random.int(20, 1_000))
    restore()
  }
}

async function untilAllAreThere({ shown, client }: Talker): Promise<void> {
  await waitUntil(
    'all messages are there',
    async () => {
      const { messages, hasOlder, isLoading } = shown.now()
      if (hasOlder && !isLoading)
        await client
          .conversation(messages[0]?.conversationId as string)
          .loadOlder()
          .catch(() => {})
      return messages.length === MESSAGES && messages.every(({ seq }) => seq !== null)
    },
    HEALED_WITHIN_MS,
  )
}

async function measure(startedAt: number, task: () => Promise<unknown>): Promise<number> {
  await task()
  return Math.round(performance.now() - startedAt)
}
