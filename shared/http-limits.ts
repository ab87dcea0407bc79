import type * as z from 'zod'
import { positiveInteger } from './config.ts'

/** What an HTTP server takes from a client before it knows who that is. */
export const httpLimitSettings = {
  HEADERS_TIMEOUT_SECONDS: positiveInteger
    .max(600)
    .default(15)
    .describe('longest time in which the headers of a request must arrive'),
  REQUEST_TIMEOUT_SECONDS: positiveInteger
    .max(3_600)
    .default(300)
    .describe('longest time in which a whole request must arrive, uploads too'),
  MAX_HEADER_BYTES: positiveInteger
    .max(1024 * 1024)
    .default(16 * 1024)
    .describe('largest headers of a request, bytes'),
}
export type HttpLimitConfig = z.infer<z.ZodObject<typeof httpLimitSettings>>

const CHECK_INTERVAL_MS = 5_000

/** As `createServer` of Node.js takes them: who is too slow is answered 408, who says too much 431. */
export function httpServerLimits(config: HttpLimitConfig) {
  return {
    headersTimeout: config.HEADERS_TIMEOUT_SECONDS * 1_000,
    requestTimeout: config.REQUEST_TIMEOUT_SECONDS * 1_000,
    maxHeaderSize: config.MAX_HEADER_BYTES,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
  }
}
export type HttpServerLimits = ReturnType<typeof httpServerLimits>
