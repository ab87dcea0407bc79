import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import {
  queueAttributes,
  subscriptionAttributes,
  TOPIC_ATTRIBUTES,
  topology,
} from '../../shared/aws/topology.ts'
import { resourcesOf, templateOf } from './template.ts'

describe.each([
  ['dev', 'dev-'],
  ['prod', 'prod-'],
  ['newProd', 'acme-'],
] as const)('%s', (stage, prefix) => {
  const declared = topology(prefix)

  test('every declared queue is there with the declared attributes, and no other', () => {
    const queues = resourcesOf(stage, 'AWS::SQS::Queue')
    const arnOf = (name: string) => {
      const found = queues.find(([, { Properties }]) => Properties.QueueName === name)
      return { 'Fn::GetAtt': [found?.[0], 'Arn'] }
    }
    const built = queues.map(([, { Properties }]) => {
      const { QueueName, KmsMasterKeyId, KmsDataKeyReusePeriodSeconds, Tags, ...attributes } = Properties
      expect(KmsMasterKeyId).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] })
      return [QueueName, Object.fromEntries(Object.entries(attributes).map(asAttribute))]
    })
    const wanted = declared.queues.map(queue => {
      const { deadLetter } = queue
      const { RedrivePolicy, ...attributes } = queueAttributes(queue, 'arn')
      const redrive = deadLetter && {
        deadLetterTargetArn: arnOf(deadLetter.queue),
        maxReceiveCount: deadLetter.maxReceiveCount,
      }
      return [queue.name, { ...attributes, ...(RedrivePolicy && { RedrivePolicy: redrive }) }]
    })
    expect(Object.fromEntries(built)).toEqual(Object.fromEntries(wanted))
  })

  test('the topic is the declared one, encrypted', () => {
    const [events] = resourcesOf(stage, 'AWS::SNS::Topic').filter(
      ([, { Properties }]) => Properties.FifoTopic,
    )
    expect(events?.[1].Properties).toMatchObject({
      TopicName: declared.eventsTopic,
      KmsMasterKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
    })
    for (const [name, value] of Object.entries(TOPIC_ATTRIBUTES))
      expect(String(events?.[1].Properties[name])).toBe(value)
  })

  test('the subscription hands on raw what its filter lets through', () => {
    const { FilterPolicy, RawMessageDelivery } = subscriptionAttributes(declared.subscription)
    templateOf(stage).hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'sqs',
      RawMessageDelivery: RawMessageDelivery === 'true',
      FilterPolicy: JSON.parse(FilterPolicy ?? ''),
      TopicArn: { Ref: Match.stringLikeRegexp('^MessagingEvents') },
      Endpoint: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MessagingDeliveries'), 'Arn'] },
    })
  })

  test('nothing is sent to or received from a queue without TLS, and only the topic may send by policy', () => {
    const policies = resourcesOf(stage, 'AWS::SQS::QueuePolicy')
    expect(policies).toHaveLength(declared.queues.length)
    const allowed = []
    for (const [, { Properties }] of policies) {
      const { Statement } = Properties.PolicyDocument
      expect(Statement[0]).toMatchObject({
        ...{ Effect: 'Deny', Action: 'sqs:*', Principal: { AWS: '*' } },
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      })
      allowed.push(...Statement.slice(1))
    }
    expect(allowed).toEqual([
      expect.objectContaining({
        ...{ Effect: 'Allow', Action: 'sqs:SendMessage', Principal: { Service: 'sns.amazonaws.com' } },
        Condition: { ArnEquals: { 'aws:SourceArn': { Ref: expect.stringMatching(/^MessagingEvents/) } } },
      }),
    ])
  })

  test('the tables are paid by the request, forget by themselves and can be restored', () => {
    for (const { name, partitionKey, sortKey, timeToLiveAttribute } of declared.tables) {
      const keys = [partitionKey, ...(sortKey ? [sortKey] : [])]
      templateOf(stage).hasResourceProperties('AWS::DynamoDB::Table', {
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keys.map(key => ({ AttributeName: key.name, AttributeType: key.type })),
        KeySchema: keys.map((key, index) => ({
          AttributeName: key.name,
          KeyType: index === 0 ? 'HASH' : 'RANGE',
        })),
        TimeToLiveSpecification: { AttributeName: timeToLiveAttribute, Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: stage !== 'dev',
      })
    }
  })
})

/** CloudFormation has numbers and truths where SQS has texts, and calls FIFO the same. */
function asAttribute([name, value]: [string, unknown]): [string, unknown] {
  return [name, typeof value === 'object' ? value : String(value)]
}
