import { POOL_SIZE, SIZES } from '../aws/sizes.ts'

const { ingress, persister, delivery, natGateways } = SIZES.prod

/** Everything in docs/cost.md and docs/scale.md that was neither measured nor listed by somebody. Change it and run `npm run docs`. */
export const ASSUMPTIONS = {
  /** Of an average message. */
  textCharacters: 80,
  /** Who is told of a message or a receipt: the other and oneself, one device each. */
  devicesTold: 2,
  /** One delivered and one read receipt a message. The app gathers them, so that this is the most. */
  receiptsPerMessage: 2,
  /** Of the day's traffic, what the busiest hour has above the average. */
  peakFactor: 5,
  /** An 80-character message with its indexes was measured at 361 bytes; updates leave room behind them. */
  storedBytesPerMessage: 500,
  /** What one REST call moves through the load balancer and out, headers included. */
  bytesPerRestCall: 2_000,
  lambda: { memoryGb: 0.5, secondsPerCall: 0.01 },
  /** The app pings so often, and renews its socket before API Gateway ends it. */
  secondsBetweenPings: 300,
  secondsBetweenRenewals: 110 * 60,
  /** A socket is opened by a ticket, which is written and taken, and has an end noted, written and taken, where its token ends first: the most. */
  writesPerSocket: { registry: 2, ticket: 2, ending: 2 },
  /** The function that ends sockets: it looks each minute at so many keys, and ends so many at a time, by two calls each. */
  endings: { queriesPerRun: 20, secondsPerRun: 0.1, atOnce: 32, callsEach: 2, timeoutSeconds: 15 },
  /** Tasks of prod, which are all of one size, at most half busy. */
  task: { cpu: ingress.cpu / 1_024, memoryGb: ingress.memoryMiB / 1_024, busy: 0.5 },
  fewestTasks: {
    ingress: ingress.minTasks,
    persister: persister.minTasks,
    delivery: delivery.minTasks,
  },
  natGateways,
  /** Above so many stored commands a second at the peak, the larger database. */
  smallDatabaseCommandsPerSecond: 1_000,
  storedMonths: 12,
  hoursPerMonth: 730,
  /** Whole crowds. */
  profiles: {
    connected: {
      name: 'all connected, day and night',
      connectedShare: 1,
      peakConnectedShare: 1,
      messagesPerUserDay: 30,
    },
    monthly: {
      name: 'users of a month, 2 % connected on average, 5 % at the peak',
      connectedShare: 0.02,
      peakConnectedShare: 0.05,
      messagesPerUserDay: 10,
    },
  },
  /** For docs/scale.md: of all users. */
  scale: {
    users: [10_000, 1_000_000, 100_000_000],
    peakConnectedShare: 0.1,
    messagesPerUserDay: 20,
    restReadsPerMessage: 1,
    /** All sockets lost at once are to be back within this time. */
    reconnectWithinSeconds: 300,
    databasePoolPerTask: POOL_SIZE,
  },
} as const
