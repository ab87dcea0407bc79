/** The rights that a service needs on a queue, no more. */
import { Stack, Token } from 'aws-cdk-lib'
import type * as apigateway from 'aws-cdk-lib/aws-apigatewayv2'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as sqs from 'aws-cdk-lib/aws-sqs'
import { acceptWildcard, logicalIdOf } from './accept.ts'

export interface SocketApi {
  api: apigateway.WebSocketApi
  stage: apigateway.WebSocketStage
}

/** `SendMessageBatch` is allowed by the same action. */
export function letSend(grantee: iam.IGrantable, queue: sqs.Queue): void {
  queue.grant(grantee, 'sqs:GetQueueUrl', 'sqs:SendMessage')
  queue.encryptionMasterKey?.grant(grantee, 'kms:Decrypt', 'kms:GenerateDataKey')
}

/** The batches of deletes and of changed visibility are allowed by the same actions. */
export function letConsume(grantee: iam.IGrantable, queue: sqs.Queue): void {
  queue.grant(
    grantee,
    ...['sqs:GetQueueUrl', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
  )
  queue.encryptionMasterKey?.grant(grantee, 'kms:Decrypt')
}

/** A service looks at the settings of the queue it works with when it starts. */
export function letInspect(grantee: iam.IGrantable, queue: sqs.Queue): void {
  queue.grant(grantee, 'sqs:GetQueueAttributes')
}

/** `POST` pushes to a socket, `DELETE` closes it. */
export function letManageSockets(role: iam.IRole, { api, stage }: SocketApi, methods: string[]): void {
  const { partition, region, account } = Stack.of(role)
  for (const method of methods) {
    const sockets = `${stage.stageName}/${method}/@connections/*`
    role.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['execute-api:ManageConnections'],
        resources: [`arn:${partition}:execute-api:${region}:${account}:${api.apiId}/${sockets}`],
      }),
    )
    const spelledPartition = Token.isUnresolved(partition) ? '<AWS::Partition>' : partition
    acceptWildcard(
      role,
      `arn:${spelledPartition}:execute-api:${region}:<AWS::AccountId>:<${logicalIdOf(api)}>/${sockets}`,
      'Any socket of the one API: a socket has its id when it opens.',
    )
  }
}
