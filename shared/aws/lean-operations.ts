/**
 * How each hot operation looks on the wire. Input and output have the SDK's shapes; an answer that `read` cannot take
 * for a plain success gives undefined.
 */
import {
  PostToConnectionCommand,
  type PostToConnectionCommandInput,
} from '@aws-sdk/client-apigatewaymanagementapi'
import { BatchGetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { PublishBatchCommand, type PublishBatchCommandInput } from '@aws-sdk/client-sns'
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs'

export interface LeanRequest {
  /** Behind the path of the endpoint. */
  path: string
  contentType: string
  target?: string
  body: string | Uint8Array
}

export interface LeanOperation {
  name: string
  write(input: unknown): LeanRequest
  read(body: string, input: unknown): object | undefined
}

export const leanOperations = new Map<unknown, LeanOperation>([
  [SendMessageBatchCommand, awsJson('SendMessageBatch', 'AmazonSQS')],
  [ReceiveMessageCommand, awsJson('ReceiveMessage', 'AmazonSQS')],
  [DeleteMessageBatchCommand, awsJson('DeleteMessageBatch', 'AmazonSQS')],
  [BatchGetItemCommand, awsJson('BatchGetItem', 'DynamoDB_20120810')],
  [UpdateItemCommand, awsJson('UpdateItem', 'DynamoDB_20120810')],
  [
    PublishBatchCommand,
    {
      name: 'PublishBatch',
      write: input => ({
        path: '',
        contentType: 'application/x-www-form-urlencoded',
        body: publishBatchForm(input as PublishBatchCommandInput),
      }),
      read: readPublished,
    },
  ],
  [
    PostToConnectionCommand,
    {
      name: 'PostToConnection',
      write: input => {
        const { ConnectionId = '', Data = '' } = input as PostToConnectionCommandInput
        const path = `/@connections/${encodeURIComponent(ConnectionId)}`
        return { path, contentType: 'application/octet-stream', body: Data as string | Uint8Array }
      },
      read: () => ({}),
    },
  ],
])

/** AWS JSON 1.0: input and output are JSON as they are, for none of these carries bytes. */
function awsJson(name: string, service: string): LeanOperation {
  const target = `${service}.${name}`
  const contentType = 'application/x-amz-json-1.0'
  return {
    name,
    write: input => ({ path: '', contentType, target, body: JSON.stringify(input) }),
    read: body => JSON.parse(body),
  }
}

/** The AWS Query protocol: members of lists are numbered from 1. */
function publishBatchForm({
  TopicArn = '',
  PublishBatchRequestEntries = [],
}: PublishBatchCommandInput): string {
  let form = `Action=PublishBatch&Version=2010-03-31&TopicArn=${encodeURIComponent(TopicArn)}`
  for (const [index, entry] of PublishBatchRequestEntries.entries()) {
    const prefix = `&PublishBatchRequestEntries.member.${index + 1}.`
    form += `${prefix}Id=${encodeURIComponent(entry.Id ?? '')}${prefix}Message=${encodeURIComponent(entry.Message ?? '')}`
    if (entry.MessageGroupId !== undefined)
      form += `${prefix}MessageGroupId=${encodeURIComponent(entry.MessageGroupId)}`
    if (entry.MessageDeduplicationId !== undefined)
      form += `${prefix}MessageDeduplicationId=${encodeURIComponent(entry.MessageDeduplicationId)}`
    for (const [place, [name, value]] of Object.entries(entry.MessageAttributes ?? {}).entries()) {
      const attribute = `${prefix}MessageAttributes.entry.${place + 1}.`
      form += `${attribute}Name=${encodeURIComponent(name)}${attribute}Value.DataType=${value.DataType}`
      form += `${attribute}Value.StringValue=${encodeURIComponent(value.StringValue ?? '')}`
    }
  }
  return form
}

/** Only an answer in which every entry succeeded is plain. */
function readPublished(body: string, input: unknown): object | undefined {
  const entries = (input as PublishBatchCommandInput).PublishBatchRequestEntries ?? []
  const successful = /<Successful>(.*)<\/Successful>/s.exec(body)?.[1] ?? ''
  const published = successful.split('<member>').length - 1
  return published === entries.length ? { Successful: [], Failed: [] } : undefined
}
