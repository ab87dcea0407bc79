/** The rights that a service needs on a queue, no more. */
import type * as iam from 'aws-cdk-lib/aws-iam'
import type * as sqs from 'aws-cdk-lib/aws-sqs'

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
