import { Histogram, histogramsBy } from '../metrics.ts'

const batchEntries = new Histogram({
  name: 'chat_batch_entries',
  help: 'Messages in one call to AWS that carried any, and commands in one commit',
  labelNames: ['operation'] as const,
  buckets: [1, 2, 3, 5, 8, 10, 20, 50, 100, 200, 500],
})

export const batchEntriesOf = histogramsBy(batchEntries, 'operation')
