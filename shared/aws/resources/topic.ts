import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  paginateListTopics,
  SetTopicAttributesCommand,
  type SNSClient,
} from '@aws-sdk/client-sns'
import type { CallLimit } from '../call-within.ts'
import { TOPIC_ATTRIBUTES } from '../topology.ts'
import { type Drift, type Ensured, ensured, isNamed } from './drift.ts'

type Limit = Pick<CallLimit, 'abortSignal'>

const MAKE_ANEW = 'no topic becomes FIFO afterwards: delete it and run provision again'

/** The ARN of a topic, or nothing where there is no such topic. */
export async function readTopicArn(sns: SNSClient, name: string, limit?: Limit): Promise<string | undefined> {
  for await (const page of paginateListTopics({ client: sns }, {}, limit)) {
    const topic = page.Topics?.find(({ TopicArn }) => TopicArn?.endsWith(`:${name}`))
    if (topic?.TopicArn) return topic.TopicArn
  }
  return undefined
}

/** What an emulator does not know it does not report; AWS reports all three. */
export async function findTopicDrift(sns: SNSClient, arn: string, limit?: Limit): Promise<Drift[]> {
  const { Attributes: current = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn: arn }), limit)
  const drifts = Object.entries({ FifoTopic: 'true', ...TOPIC_ATTRIBUTES }).map(
    ([setting, mustBe]): Drift => ({ setting, is: current[setting], mustBe, harm: 'degraded' }),
  )
  return drifts
    .filter(({ is, mustBe }) => is !== undefined && is !== mustBe)
    .map(drift => (drift.setting === 'FifoTopic' ? { ...drift, harm: 'broken', remedy: MAKE_ANEW } : drift))
}

export async function ensureTopic(sns: SNSClient, name: string): Promise<Ensured & { arn: string }> {
  const found = await readTopicArn(sns, name)
  const arn = found ?? (await createTopic(sns, name))
  const drifts = found === undefined ? [] : await findTopicDrift(sns, arn)
  for (const { setting, mustBe, remedy } of drifts) {
    if (remedy !== undefined) continue
    const change = { AttributeName: setting, AttributeValue: mustBe }
    await sns.send(new SetTopicAttributesCommand({ TopicArn: arn, ...change }))
  }
  return { ...ensured(found === undefined, drifts), arn }
}

async function createTopic(sns: SNSClient, name: string): Promise<string> {
  const create = async (settings: Record<string, string>) => {
    const command = new CreateTopicCommand({ Name: name, Attributes: { FifoTopic: 'true', ...settings } })
    return (await sns.send(command)).TopicArn ?? ''
  }
  const { FifoThroughputScope: _, ...settingsOfOldEmulators } = TOPIC_ATTRIBUTES
  return create(TOPIC_ATTRIBUTES).catch(error => {
    if (!isNamed(error, 'InvalidParameter', 'InvalidParameterException')) throw error
    return create(settingsOfOldEmulators)
  })
}
