import type * as ec2 from 'aws-cdk-lib/aws-ec2'
import type * as ecs from 'aws-cdk-lib/aws-ecs'
import type { ChatTables } from './connections.ts'
import type { Database } from './database.ts'
import type { Gateway } from './gateway-api.ts'
import type { Media } from './media.ts'
import type { Messaging } from './messaging.ts'
import type { Secrets } from './secrets.ts'
import type { Stage } from './stages.ts'

/** What the services stand on. */
export interface ServiceParts {
  stage: Stage
  /** Of the container image; a token where the template asks for it. */
  imageTag: string
  vpc: ec2.IVpc
  cluster: ecs.ICluster
  messaging: Messaging
  tables: ChatTables
  media: Media
  /** Base URL of media, with the slash at its end. */
  mediaUrl: string
  gateway: Gateway
  secrets: Secrets
  database: Database
}
