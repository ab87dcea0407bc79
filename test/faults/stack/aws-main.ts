import { receiveWholeGroups } from './receive-groups.ts'

/** The embedded AWS of `npm start`, closer to SQS in the one respect that fault handling depends on. */
await receiveWholeGroups()
await import('../../../infra/local/aws-main.ts')
