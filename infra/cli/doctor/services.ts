import type * as z from 'zod'
import { deliveryConfig } from '../../../services/delivery/config.ts'
import { gatewayConfig } from '../../../services/gateway/config.ts'
import { ingressConfig } from '../../../services/ingress/config.ts'
import { persisterConfig } from '../../../services/persister/config.ts'
import { deadLetterQueueOf, type Topology } from '../../../shared/aws/topology.ts'

export const SERVICES = ['ingress', 'gateway', 'persister', 'delivery'] as const
export type ServiceName = (typeof SERVICES)[number]

export const CONFIGS: Record<ServiceName, z.ZodObject> = {
  ingress: ingressConfig,
  gateway: gatewayConfig,
  persister: persisterConfig,
  delivery: deliveryConfig,
}

/** Names of the resources that a service works with. */
export function resourcesOf(service: ServiceName, names: Topology): string[] {
  const { commandsQueue, deliveriesQueue, eventsTopic, mediaBucket } = names
  const { connectionsTable, ticketsTable, limitsTable } = names
  switch (service) {
    case 'ingress':
      return [commandsQueue, ticketsTable.name, limitsTable.name, mediaBucket]
    case 'gateway':
      return [commandsQueue, connectionsTable.name, ticketsTable.name, limitsTable.name]
    case 'persister':
      return [commandsQueue, deadLetterQueueOf(commandsQueue), eventsTopic]
    case 'delivery':
      return [deliveriesQueue, deadLetterQueueOf(deliveriesQueue), connectionsTable.name]
  }
}
