import { type AwsProblem, explainAwsError } from '../../../shared/aws/explain-aws-error.ts'
import type { Topology } from '../../../shared/aws/topology.ts'
import { type Check, type CheckLimit, fail, ok } from './finding.ts'
import type { Probe, RightsClients } from './probe.ts'
import { probesOf } from './rights-probes.ts'
import type { ServiceName } from './services.ts'

/** AWS refuses these for what they say, after it has looked whether they are allowed. */
const REFUSED_FOR_CONTENT =
  /EmptyBatchRequest|EmptyBatch|InvalidParameterValue|InvalidParameter(Exception)?$|ReadCountOutOfRange|ConditionalCheckFailed|Gone|BadRequest|NoSuchKey/

/** Whether a service's credentials may do what it does: asked by calls that have no effect, not proved. */
export function checkRights(service: ServiceName, clients: RightsClients, names: Topology): Check {
  const name = `${service} rights on AWS`
  return {
    name,
    async run(limit) {
      const probes = probesOf(service, clients, names)
      const outcomes = await Promise.all(
        probes.map(async probe => ({ ...probe, problem: await ask(probe, limit) })),
      )
      const findings = outcomes.flatMap(({ action, on, problem }) => {
        if (problem === undefined) return []
        const mend = problem.kind === 'denied' ? 'allow it in the role of the service' : 'see the lines above'
        return fail(name, `${action} on ${on}: ${problem.detail}`, mend)
      })
      return findings.length > 0 ? findings : [ok(name, describe(probes))]
    },
  }
}

async function ask(probe: Probe, limit: Pick<CheckLimit, 'abortSignal'>): Promise<AwsProblem | undefined> {
  try {
    await probe.ask(limit)
    return undefined
  } catch (error) {
    if (error instanceof Error && REFUSED_FOR_CONTENT.test(error.name)) return undefined
    return explainAwsError(error)
  }
}

/** `sqs:GetQueueUrl, sqs:SendMessage on chat-commands.fifo; …` */
function describe(probes: Probe[]): string {
  const byResource = [...Map.groupBy(probes, ({ on }) => on)]
  return byResource.map(([on, own]) => `${own.map(({ action }) => action).join(', ')} on ${on}`).join('; ')
}
