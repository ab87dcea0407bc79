import {
  GetSubscriptionAttributesCommand,
  paginateListSubscriptionsByTopic,
  SetSubscriptionAttributesCommand,
  type SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns'
import type { CallLimit } from '../call-within.ts'
import { isSameSetting } from '../same-setting.ts'
import { subscriptionAttributes, type Topology } from '../topology.ts'
import { type Drift, type Ensured, ensured } from './drift.ts'

type Limit = Pick<CallLimit, 'abortSignal'>
type SubscriptionDeclaration = Topology['subscription']

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

/** Delivery reads raw bodies of the declared types: another filter would keep events from the sockets. */
export async function findSubscriptionDrift(
  sns: SNSClient,
  arn: string,
  declared: SubscriptionDeclaration,
  limit?: Limit,
): Promise<Drift[]> {
  const command = new GetSubscriptionAttributesCommand({ SubscriptionArn: arn })
  const current: Record<string, string> = (await sns.send(command, limit)).Attributes ?? {}
  return Object.entries(subscriptionAttributes(declared))
    .filter(([setting, mustBe]) => !isSameSetting(current[setting], mustBe))
    .map(([setting, mustBe]): Drift => ({ setting, is: current[setting], mustBe, harm: 'broken' }))
}

export async function ensureSubscription(
  sns: SNSClient,
  ends: SubscriptionEnds,
  declared: SubscriptionDeclaration,
): Promise<Ensured> {
  const found = await readSubscriptionArn(sns, ends)
  if (found === undefined) {
    const Attributes = subscriptionAttributes(declared)
    const { topicArn: TopicArn, queueArn: Endpoint } = ends
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }))
    return ensured(true, [])
  }
  const drifts = await findSubscriptionDrift(sns, found, declared)
  for (const { setting, mustBe } of drifts) {
    const change = { AttributeName: setting, AttributeValue: mustBe }
    await sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn: found, ...change }))
  }
  return ensured(false, drifts)
}
