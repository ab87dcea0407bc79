import { connectPairs, type People } from './connect-pairs.ts'
import type { LoadOrder, LoadReport } from './load-protocol.ts'
import { createPoster, type PostMessage } from './post-message.ts'
import { runJob } from './run-job.ts'

/** The load of one system as a process of its own; takes orders from its parent, one at a time, and ends with it. */
process.once('disconnect', () => process.exit(0))

let people: People | undefined
let post: PostMessage | undefined
const report = (message: LoadReport) => void process.send?.(message)

async function follow(order: LoadOrder): Promise<LoadReport> {
  if ('connect' in order) {
    people = await connectPairs(order.connect)
    post = createPoster(order.connect.target.ingressUrl).post
    return { done: 'connected' }
  }
  if (people === undefined || post === undefined) throw new Error('not connected yet')
  if ('tell' in order) return { done: 'totals', totals: people.pairs.map(({ total }) => total) }
  const result = await runJob(order.run, people, post, window => report({ window }))
  return { done: 'result', result }
}

process.on('message', (order: LoadOrder) => {
  follow(order)
    .catch((error): LoadReport => ({ done: 'failed', reason: (error as Error).message }))
    .then(report)
})
