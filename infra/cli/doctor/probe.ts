import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi'
import type { TopologyClients } from '../../../shared/aws/provision.ts'
import type { CheckLimit } from './finding.ts'

export type ProbeLimit = Pick<CheckLimit, 'abortSignal'>

export interface RightsClients extends TopologyClients {
  management: ApiGatewayManagementApiClient | undefined
}

/** Asks for one right by a call that changes nothing: it reads, says nothing to do, or names what does not exist. */
export interface Probe {
  /** As IAM calls it. */
  action: string
  /** The name of the resource. */
  on: string
  ask(limit: ProbeLimit): Promise<unknown>
}
