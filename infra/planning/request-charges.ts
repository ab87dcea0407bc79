import { ASSUMPTIONS } from './assumptions.ts'
import type { BodySizes } from './body-sizes.ts'
import type { Calls } from './measured.ts'
import { PRICES, type PriceName } from './prices.ts'

/** One line of a bill: `quantity` units a message, each million of which costs what `price` says. */
export interface Charge {
  what: string
  quantity: number
  price: PriceName
  /** USD per million messages. */
  usd: number
}

export interface Delivery {
  /** Sockets that a message, or a receipt, is pushed to. */
  pushes: number
  sentBy: 'rest' | 'socket'
}

const SQS_CHUNK_BYTES = 64 * 1024
const BYTES_PER_GB = 1e9
/** A strongly consistent read of an item of up to 4 KB. The item of a user holds that user's sockets. */
const READ_UNITS_PER_ITEM = 1
const AUDIENCE = 2

/** What AWS asks for a million messages by the request; what it asks by the hour is in monthly-cost.ts. */
export function chargeRequests(calls: Calls, bodies: BodySizes, delivery: Delivery): Charge[] {
  const { commandBytes, eventBytes } = bodies
  const isBySocket = delivery.sentBy === 'socket'
  // A Lambda handles one frame at a time, so that there is nobody to share the call to SQS with.
  const sends = isBySocket ? 1 : chunked(calls.SendMessageBatch, commandBytes)
  const receives = calls.ReceiveMessage
  const charges = [
    charge('SQS, SendMessageBatch', sends, 'sqsFifoRequests'),
    charge('SQS, ReceiveMessage, both queues', chunked(receives, eventBytes, 2), 'sqsFifoRequests'),
    charge('SQS, DeleteMessageBatch, both queues', calls.DeleteMessageBatch, 'sqsFifoRequests'),
    charge('SQS, ChangeMessageVisibilityBatch', calls.ChangeMessageVisibilityBatch, 'sqsFifoRequests'),
    charge('SNS, PublishBatch', chunked(calls.PublishBatch, eventBytes), 'snsFifoPublishes'),
    charge('SNS, payload published', (eventBytes * 1e6) / BYTES_PER_GB, 'snsFifoPayload'),
    charge('SNS, deliveries to the queue', 1, 'snsFifoDeliveries'),
    charge('SNS, payload delivered', (eventBytes * 1e6) / BYTES_PER_GB, 'snsFifoDelivered'),
    charge('DynamoDB, who is connected', AUDIENCE * READ_UNITS_PER_ITEM, 'dynamoDbReads'),
    charge('API Gateway, pushes', delivery.pushes, 'socketMessages'),
  ]
  return isBySocket ? [...charges, ...chargeFrame()] : charges
}

/** A frame that a client sends, and the reply to it. */
export function chargeFrame(): Charge[] {
  const { memoryGb, secondsPerCall } = ASSUMPTIONS.lambda
  return [
    charge('API Gateway, frames in', 1, 'socketMessages'),
    charge('API Gateway, replies', 1, 'socketMessages'),
    charge('Lambda, requests', 1, 'lambdaRequests'),
    charge('Lambda, GB-seconds', memoryGb * secondsPerCall, 'lambdaTime'),
  ]
}

export function charge(what: string, quantity: number, price: PriceName): Charge {
  return { what, quantity, price, usd: quantity * PRICES[price].usd }
}

export function totalOf(charges: readonly { usd: number }[]): number {
  return charges.reduce((sum, { usd }) => sum + usd, 0)
}

/** Requests as SQS and SNS bill them: one for each 64 KiB that a request carries. `rides`: how often a message is carried. */
function chunked(requests: number, bytes: number, rides = 1): number {
  const bytesPerRequest = (bytes * rides) / Math.max(requests, Number.EPSILON)
  return requests * Math.max(1, Math.ceil(bytesPerRequest / SQS_CHUNK_BYTES))
}
