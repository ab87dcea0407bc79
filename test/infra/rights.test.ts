import { describe, expect, test } from 'vitest'
import type { RightsClients } from '../../infra/cli/doctor/probe.ts'
import { probesOf } from '../../infra/cli/doctor/rights-probes.ts'
import type { ServiceName } from '../../infra/cli/doctor/services.ts'
import { topology } from '../../shared/aws/topology.ts'
import { DEPLOYMENTS, type Deployment } from './deployments.ts'
import { spell } from './spell.ts'
import { readTemplate } from './template.ts'

interface Statement {
  Effect: string
  Action: string | string[]
  Resource: unknown
  Condition?: object
}

/** Of a role: each action that it may do, and on what: the start of a logical id, or an ARN. */
type Rights = Record<string, string[]>

describe.each(['dev', 'prod', 'newProd'] as const)('%s', deployment => {
  const rights = rightsOf(deployment)

  test('the ingress puts commands on their queue, media into the bucket, tickets and limits into their tables, no more', () => {
    expect(rights.IngressTaskTaskRole).toEqual({
      'sqs:GetQueueAttributes': ['MessagingCommands'],
      'sqs:GetQueueUrl': ['MessagingCommands'],
      'sqs:SendMessage': ['MessagingCommands'],
      'kms:Decrypt': ['Key'],
      'kms:GenerateDataKey': ['Key'],
      'dynamodb:PutItem': ['ConnectionsTickets'],
      'dynamodb:UpdateItem': ['ConnectionsLimits'],
      's3:PutObject': ['MediaBucket/*'],
      's3:PutObjectTagging': ['MediaBucket/*'],
      's3:AbortMultipartUpload': ['MediaBucket/*'],
      's3:DeleteObject': ['MediaBucket/*'],
    })
  })

  test('the persister consumes commands, publishes events and fills its dead-letter queue', () => {
    expect(rights.PersisterTaskTaskRole).toEqual({
      'sqs:GetQueueAttributes': ['MessagingCommands'],
      'sqs:GetQueueUrl': ['MessagingCommands', 'MessagingCommandsDlq'],
      'sqs:ReceiveMessage': ['MessagingCommands'],
      'sqs:DeleteMessage': ['MessagingCommands'],
      'sqs:ChangeMessageVisibility': ['MessagingCommands'],
      'sqs:SendMessage': ['MessagingCommandsDlq'],
      'kms:Decrypt': ['Key'],
      'kms:GenerateDataKey': ['Key'],
      's3:DeleteObjectTagging': ['MediaBucket/*'],
      's3:ListBucket': ['MediaBucket'],
      'sns:Publish': ['MessagingEvents'],
      'sns:ListTopics': ['*'],
    })
  })

  test('delivery consumes deliveries, reads the registry and pushes to sockets of this API', () => {
    const { 'execute-api:ManageConnections': sockets, ...others } = rights.DeliveryTaskTaskRole ?? {}
    expect(others).toEqual({
      'sqs:GetQueueAttributes': ['MessagingDeliveries'],
      'sqs:GetQueueUrl': ['MessagingDeliveries', 'MessagingDeliveriesDlq'],
      'sqs:ReceiveMessage': ['MessagingDeliveries'],
      'sqs:DeleteMessage': ['MessagingDeliveries'],
      'sqs:ChangeMessageVisibility': ['MessagingDeliveries'],
      'sqs:SendMessage': ['MessagingDeliveriesDlq'],
      'kms:Decrypt': ['Key'],
      'kms:GenerateDataKey': ['Key'],
      'dynamodb:BatchGetItem': ['ConnectionsTable'],
      'dynamodb:UpdateItem': ['ConnectionsTable'],
    })
    expect(sockets).toEqual(
      ['DELETE', 'POST'].map(method =>
        expect.stringMatching(
          new RegExp(
            `^arn:aws:execute-api:[a-z0-9-]+:\\$\\{AWS::AccountId\\}:GatewayApi/\\w+/${method}/@connections/\\*$`,
          ),
        ),
      ),
    )
  })

  test('a handler of the socket has the rights of its one purpose', () => {
    const own = (name: string) => withoutLogs(rights[`Gateway${name}Role`])
    expect(own('Connect')).toEqual({
      'dynamodb:UpdateItem': ['ConnectionsLimits', 'ConnectionsTable'],
      'dynamodb:PutItem': ['ConnectionsEndings'],
    })
    expect(own('Authorize')).toMatchObject({ 'dynamodb:DeleteItem': ['ConnectionsTickets'] })
    expect(own('Expire')).toEqual({
      'dynamodb:Query': ['ConnectionsEndings'],
      'dynamodb:DeleteItem': ['ConnectionsEndings'],
      'execute-api:ManageConnections': [expect.stringMatching(/:GatewayApi\/\w+\/DELETE\/@connections\/\*$/)],
    })
    expect(own('Disconnect')).toEqual({ 'dynamodb:UpdateItem': ['ConnectionsTable'] })
    expect(own('Frame')).toEqual({
      'dynamodb:UpdateItem': ['ConnectionsLimits', 'ConnectionsTable'],
      'sqs:GetQueueUrl': ['MessagingCommands'],
      'sqs:SendMessage': ['MessagingCommands'],
      'kms:Decrypt': ['Key'],
      'kms:GenerateDataKey': ['Key'],
    })
  })

  test('every function and task writes its own log alone', () => {
    for (const [role, { 'logs:PutLogEvents': logs }] of Object.entries(rights)) {
      if (logs === undefined) continue
      const part = role.replace(/(Role|TaskExecutionRole|VpcRefusedIAMRole)$/, '')
      expect([role, ...logs]).toEqual([role, expect.stringMatching(new RegExp(`^${part}(Refused)?Log$`))])
    }
  })

  test('nothing but what was accepted has a wildcard, and no action is one', () => {
    const all = Object.values(rights).flatMap(each => Object.entries(each))
    expect(all.filter(([action]) => action.includes('*'))).toEqual([])
    const onAll = all.filter(([, resources]) => resources.includes('*')).map(([action]) => action)
    expect([...new Set(onAll)].toSorted()).toEqual(['ecr:GetAuthorizationToken', 'sns:ListTopics'])
  })
})

describe.each(['dev', 'newProd'] as const)(
  'doctor asks in %s for every right that is granted, and no other:',
  deployment => {
    test.each([
      ['ingress', ['IngressTaskTaskRole'], []],
      ['persister', ['PersisterTaskTaskRole'], []],
      ['delivery', ['DeliveryTaskTaskRole'], []],
      // Unlike the functions, the server looks at its queue when it starts, and is the authorizer as well.
      [
        'gateway',
        ['GatewayConnectRole', 'GatewayDisconnectRole', 'GatewayFrameRole'],
        ['sqs:GetQueueAttributes on chat-commands.fifo', 'dynamodb:DeleteItem on chat_tickets'],
      ],
    ] as const)('%s', (service, roles, others) => {
      const granted = roles
        .flatMap(role => grantedTo(deployment, role))
        // The server ends its sockets itself.
        .filter(right => !right.endsWith('chat_socket_endings'))
      expect(askedOf(deployment, service).toSorted()).toEqual(
        [...new Set([...granted, ...others])].toSorted(),
      )
    })
  },
)

function askedOf(deployment: Deployment, service: ServiceName): string[] {
  const prefix = prefixOf(deployment)
  const nowhere = { management: {} } as RightsClients
  return probesOf(service, nowhere, topology(prefix)).map(
    ({ action, on }) => `${action} on ${on.replace(prefix, '')}`,
  )
}

/** But for its log and the key, which doctor cannot ask for without a message. */
function grantedTo(deployment: Deployment, role: string): string[] {
  const rights = rightsOf(deployment)[role] ?? {}
  return Object.entries(rights).flatMap(([action, resources]) =>
    /^(logs|kms):/.test(action) ? [] : resources.map(on => `${action} on ${nameIn(deployment, on)}`),
  )
}

/** What a resource of the template is called on AWS, without the prefix of the stage. */
function nameIn(deployment: Deployment, resource: string): string {
  const [, method] = resource.match(/(\w+)\/@connections/) ?? []
  if (method !== undefined) return `${method} @connections`
  const id = resource.replace(/\/\*$/, '')
  const { Properties } =
    Object.entries(readTemplate(deployment).Resources).find(([key]) => key.slice(0, -8) === id)?.[1] ?? {}
  const name: string | undefined =
    Properties?.QueueName ?? Properties?.TopicName ?? Properties?.TableName ?? Properties?.BucketName
  return name?.replace(prefixOf(deployment), '') ?? resource
}

function prefixOf(deployment: Deployment): string {
  const { stage, prefix = `${stage}-` }: { stage: string; prefix?: string } = DEPLOYMENTS[deployment]
  return prefix
}

const SECRETS = {
  dev: { Jwt: 'SecretsJwt', Owner: 'DatabaseInstance.MasterUserSecret.SecretArn' },
  prod: {
    Owner: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:social/owner-a1B2c3',
    MediaKey: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:chat/media-a1B2c3',
  },
  newProd: {
    Jwt: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:auth/jwt-a1B2c3',
    Owner: 'DatabaseInstance.MasterUserSecret.SecretArn',
    MediaKey: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:chat/media-a1B2c3',
  },
}

test.each(['dev', 'prod', 'newProd'] as const)(
  'in %s a secret is read by those who need it alone',
  deployment => {
    const { Jwt, MediaKey, Owner }: { Jwt?: string; MediaKey?: string; Owner: string } = SECRETS[deployment]
    const readers = Object.entries(rightsOf(deployment)).flatMap(([role, each]) => {
      const secrets = each['secretsmanager:GetSecretValue']
      return secrets ? [[role, secrets.toSorted()]] : []
    })
    const listed = (secret?: string) => (secret === undefined ? [] : [secret])
    const sorted = (...secrets: string[]) => secrets.toSorted()
    expect(Object.fromEntries(readers)).toEqual({
      ...(Jwt && { GatewayAuthorizeRole: [Jwt] }),
      IngressTaskExecutionRole: sorted('SecretsIngressPassword', ...listed(Jwt), ...listed(MediaKey)),
      ...(MediaKey && { DeliveryTaskExecutionRole: [MediaKey] }),
      PersisterTaskExecutionRole: sorted('SecretsPersisterPassword'),
      MigrationTaskExecutionRole: sorted('SecretsIngressPassword', 'SecretsPersisterPassword', Owner),
    })
  },
)

function withoutLogs(rights: Rights = {}): Rights {
  return Object.fromEntries(Object.entries(rights).filter(([action]) => !action.startsWith('logs:')))
}

/** The rights of every role, from all policies that it is in. */
function rightsOf(deployment: Deployment): Record<string, Rights> {
  const rights: Record<string, Rights> = {}
  for (const { Type, Properties } of Object.values(readTemplate(deployment).Resources)) {
    if (Type !== 'AWS::IAM::Policy') continue
    for (const role of Properties.Roles.map(spell).map(nameOf)) {
      const own = rights[role] ?? {}
      rights[role] = own
      for (const statement of Properties.PolicyDocument.Statement as Statement[]) add(own, statement)
    }
  }
  return rights
}

function add(rights: Rights, { Effect, Action, Resource }: Statement): void {
  expect(Effect).toBe('Allow')
  const resources = [Resource].flat().map(resource => nameOf(spell(resource)))
  for (const action of [Action].flat())
    rights[action] = [...new Set([...(rights[action] ?? []), ...resources])].toSorted()
}

/** Logical ids without the hash at their end, and the ARN of what is named for the thing itself. */
function nameOf(spelled: unknown): string {
  return String(spelled).replace(/\$\{(\w+?)(?:[0-9A-F]{8})?(\.[\w.]+)?\}/g, (_, id, attribute = '') =>
    attribute === '.Arn' ? id : id + attribute,
  )
}
