/**
 * Takes in: the environment, once per Lambda instance.
 * Guarantees: the same handler as in the gateway's own server; it reaches the command queue and the registry of sockets,
 *   and has told its metrics, traces and limits when it answers: after that it may be frozen.
 * Gives out: the handler of `$default`, which answers every action.
 */
import * as z from 'zod'
import { createSqsClient } from '../../../shared/aws/clients.ts'
import { topology } from '../../../shared/aws/topology.ts'
import { readConfig } from '../../../shared/config.ts'
import { createKnownPairs } from '../../../shared/limits/known-pairs.ts'
import { openLimits } from '../../../shared/limits/open-limits.ts'
import { createCommandSender } from '../../../shared/messaging/command-sender.ts'
import { findQueueUrl } from '../../../shared/messaging/find-resources.ts'
import { startInvocationTelemetry } from '../../../shared/telemetry.ts'
import { frameSettings } from '../config.ts'
import { defaultWith } from '../default.ts'
import type { SocketEvent, SocketResult } from '../socket-event.ts'
import { createRegistryDeps } from './registry-deps.ts'

const config = readConfig(z.object(frameSettings), process.env)
const sqs = createSqsClient()
const deps = createRegistryDeps(process.env)
const { limits, tell: tellLimits } = openLimits(config, {
  dynamoDb: deps.connections.client,
  logger: deps.logger,
})
const handle = defaultWith({
  ...deps,
  sender: createCommandSender(
    sqs,
    await findQueueUrl(sqs, topology(config.CHAT_RESOURCE_PREFIX).commandsQueue),
  ),
  mediaOrigins: config.MEDIA_ORIGINS,
  ...{ limits, pairs: createKnownPairs() },
})
const tell = await startInvocationTelemetry('gateway', config, deps.logger)

export async function handler(event: SocketEvent): Promise<SocketResult> {
  const result = await handle(event)
  await Promise.all([tell(), tellLimits()])
  return result
}
