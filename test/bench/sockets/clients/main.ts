import { spreadOf } from '../../figures/percentiles.ts'
import { runJob } from '../../load/run-job.ts'
import { catchUp } from './catch-up.ts'
import type { ClientsAnswers, ClientsOrder, ClientsReport } from './clients-protocol.ts'
import { connectFleet, type OpenFleet, signFleet } from './open-fleet.ts'
import { pingAll } from './ping-all.ts'
import { rideStorm } from './ride-storm.ts'
import type { StormRecord } from './storm-record.ts'

/** All devices in a process of their own; takes orders from its parent, one at a time, and ends with it. */
process.once('disconnect', () => process.exit(0))

const PUSH_WARM_SECONDS = 2

let fleet: OpenFleet | undefined
let storm: StormRecord | undefined
const report = (message: ClientsReport) => void process.send?.(message)

async function follow(order: ClientsOrder): Promise<ClientsAnswers[ClientsOrder['order']]> {
  if (order.order === 'connect') {
    fleet = await signFleet(order.target, order.pairs)
    const startedAt = performance.now()
    const handshakesMs = await connectFleet(fleet)
    const seconds = (performance.now() - startedAt) / 1_000
    return { seconds, handshakeMs: spreadOf(handshakesMs), failures: fleet.failures }
  }
  if (fleet === undefined) throw new Error('not connected yet')
  const { people } = fleet
  switch (order.order) {
    case 'ping':
      return pingAll(fleet, order.seconds)
    case 'push': {
      const shape = { kind: 'open', rate: order.rate } as const
      const job = {
        shape,
        pairs: people.pairs.length,
        warmSeconds: PUSH_WARM_SECONDS,
        seconds: order.seconds,
      }
      return runJob(job, people, fleet.post, () => {})
    }
    case 'storm': {
      const ridden = await rideStorm(fleet, order.rate, () => report({ report: 'stormBegun' }))
      storm = ridden.record
      return ridden.result
    }
    case 'catchUp':
      if (storm === undefined) throw new Error('there was no storm')
      return catchUp(fleet, storm, order.sampled)
    case 'totals':
      return people.pairs.map(({ total }) => total)
  }
}

process.on('message', (order: ClientsOrder) => {
  follow(order)
    .then((answer): ClientsReport => ({ report: 'done', answer }))
    .catch((error): ClientsReport => ({ report: 'failed', reason: (error as Error).message }))
    .then(report)
})
