import {
  GetSubscriptionAttributesCommand,
  paginateListSubscriptionsByTopic,
  SetSubscriptionAttributesCommand,
  type SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns'
import type { CallLimit } from '../call-within.ts'
import { type Drift, type Ensured, ensured } from './drift.ts'

type Limit = Pick<CallLimit, 'abortSignal'>

export interface SubscriptionEnds {
  topicArn: string
  queueArn: string
}

/** The subscription of this queue to this topic, or nothing; other queues may be subscribed besides. */
export async function readSubscriptionArn(
  sns: SNSClient,
  { topicArn, queueArn }: SubscriptionEnds,
  limit?: Limit,
): Promise<string | undefined> {
  for await (const page of paginateListSubscriptionsByTopic({ client: sns }, { TopicArn: topicArn }, limit)) {
    const found = page.Subscriptions?.find(({ Endpoint }) => Endpoint === queueArn)
    if (found) return found.SubscriptionArn
  }
  return undefined
}

/** Delivery reads raw bodies, and every event: a filter would keep some from the sockets. */
export async function findSubscriptionDrift(sns: SNSClient, arn: string, limit?: Limit): Promise<Drift[]> {
  const command = new GetSubscriptionAttributesCommand({ SubscriptionArn: arn })
  const { Attributes = {} } = await sns.send(command, limit)
  const { RawMessageDelivery: raw, FilterPolicy: filter = '{}' } = Attributes
  const drifts: Drift[] = []
  if (raw !== 'true') drifts.push({ setting: 'RawMessageDelivery', is: raw, mustBe: 'true', harm: 'broken' })
  if (filter !== '{}' && filter !== '')
    drifts.push({ setting: 'FilterPolicy', is: filter, mustBe: '{}', harm: 'broken' })
  return drifts
}

export async function ensureSubscription(sns: SNSClient, ends: SubscriptionEnds): Promise<Ensured> {
  const found = await readSubscriptionArn(sns, ends)
  if (found === undefined) {
    const Attributes = { RawMessageDelivery: 'true' }
    const { topicArn: TopicArn, queueArn: Endpoint } = ends
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }))
    return ensured(true, [])
  }
  const drifts = await findSubscriptionDrift(sns, found)
  for (const { setting, mustBe } of drifts) {
    const change = { AttributeName: setting, AttributeValue: mustBe }
    await sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn: found, ...change }))
  }
  return ensured(false, drifts)
}
