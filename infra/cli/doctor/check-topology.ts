import { explainAwsError } from '../../../shared/aws/explain-aws-error.ts'
import { type Inspection, inspectTopology } from '../../../shared/aws/inspect-topology.ts'
import type { TopologyClients } from '../../../shared/aws/provision.ts'
import { describeDrift } from '../../../shared/aws/resources/drift.ts'
import type { Topology } from '../../../shared/aws/topology.ts'
import { HOW_TO_MEND } from '../../../shared/messaging/find-resources.ts'
import { type Check, type Finding, fail, ok, warn } from './finding.ts'

const PROVISION = 'run `growzone-chat provision`, or deploy the stack again'

/** Whether the resources of these names exist and are as the topology declares them. */
export function checkTopology(clients: TopologyClients, declared: Topology, names: string[]): Check[] {
  return inspectTopology(clients, declared)
    .filter(({ name }) => names.includes(name))
    .map(inspection => ({
      name: inspection.resource,
      run: async limit => {
        try {
          return toFindings(inspection, await inspection.findDrift(limit))
        } catch (error) {
          return [toFinding(inspection, error)]
        }
      },
    }))
}

function toFindings(
  { resource }: Inspection,
  drifts: Awaited<ReturnType<Inspection['findDrift']>>,
): Finding[] {
  if (drifts === undefined) return [fail(resource, 'does not exist', HOW_TO_MEND)]
  if (drifts.length === 0) return [ok(resource, 'as declared')]
  return drifts.map(drift => {
    const tell = drift.harm === 'broken' ? fail : warn
    return tell(resource, describeDrift(drift), drift.remedy ?? PROVISION)
  })
}

function toFinding({ resource }: Inspection, error: unknown): Finding {
  const { kind, detail } = explainAwsError(error)
  if (kind === 'denied')
    return warn(resource, `these credentials may not look at it (${detail})`, 'run doctor as an operator')
  const mend =
    kind === 'away' ? 'check AWS_ENDPOINT_URL…, AWS_REGION and the way there' : 'check the credentials'
  return fail(resource, detail, mend)
}
