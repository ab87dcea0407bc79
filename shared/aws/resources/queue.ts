import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { CallLimit } from '../call-within.ts'
import { isSameSetting } from '../same-setting.ts'
import { type QueueDeclaration, queueAttributes } from '../topology.ts'
import { type Drift, type Ensured, ensured, isNamed, siblingArn } from './drift.ts'
import { addStatement, allowsTopic } from './topic-policy.ts'

type Limit = Pick<CallLimit, 'abortSignal'>
type Attributes = Record<string, string>

export interface QueueState {
  url: string
  arn: string
  attributes: Attributes
}

/** The URL of a queue, or nothing where there is no such queue. */
export async function readQueueUrl(sqs: SQSClient, name: string, limit?: Limit): Promise<string | undefined> {
  try {
    return (await sqs.send(new GetQueueUrlCommand({ QueueName: name }), limit)).QueueUrl
  } catch (error) {
    if (isNamed(error, 'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue')) return undefined
    throw error
  }
}

export async function readQueue(
  sqs: SQSClient,
  name: string,
  limit?: Limit,
): Promise<QueueState | undefined> {
  const url = await readQueueUrl(sqs, name, limit)
  return url === undefined ? undefined : readQueueAt(sqs, url, limit)
}

async function readQueueAt(sqs: SQSClient, url: string, limit?: Limit): Promise<QueueState> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] })
  const attributes: Attributes = (await sqs.send(command, limit)).Attributes ?? {}
  return { url, arn: attributes.QueueArn ?? '', attributes }
}

/** Without these a queue loses its order, or what is dead in it comes for ever. */
const VITAL = ['FifoQueue', 'RedrivePolicy']

/** Where a queue differs from its declaration; `topicArn`: the topic that must be allowed to send to it. */
export function findQueueDrift(state: QueueState, declared: QueueDeclaration, topicArn?: string): Drift[] {
  const wanted = wantedOf(declared, state.arn)
  const drifts = Object.entries(wanted)
    .filter(([setting, mustBe]) => !isSameSetting(state.attributes[setting], mustBe))
    .map(([setting, mustBe]): Drift => {
      const harm = VITAL.includes(setting) ? 'broken' : 'degraded'
      const drift: Drift = { setting, is: state.attributes[setting], mustBe, harm }
      return setting === 'FifoQueue' ? { ...drift, remedy: MAKE_ANEW } : drift
    })
  if (topicArn === undefined || allowsTopic(state.attributes.Policy, topicArn)) return drifts
  const mustBe = `one that lets ${topicArn} send`
  return [...drifts, { setting: 'Policy', is: state.attributes.Policy, mustBe, harm: 'broken' }]
}

const MAKE_ANEW =
  'no queue becomes FIFO afterwards: drain it, delete it, wait a minute and run provision again'

/** Makes the queue, or changes what differs. `arnBeside`: of any resource in the same account and region. */
export async function ensureQueue(
  sqs: SQSClient,
  declared: QueueDeclaration,
  arnBeside: string,
  topicArn?: string,
): Promise<Ensured & { arn: string }> {
  const found = await readQueueUrl(sqs, declared.name)
  const url = found ?? (await createQueue(sqs, declared, arnBeside))
  const state = await readQueueAt(sqs, url)
  const drifts = findQueueDrift(state, declared, topicArn)
  const changes = drifts
    .filter(({ remedy }) => remedy === undefined)
    .map(({ setting, mustBe }) => [setting, setting === 'Policy' ? policyFor(state, topicArn) : mustBe])
  if (changes.length > 0) {
    const Attributes = Object.fromEntries(changes) as Attributes
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }))
  }
  return { ...ensured(found === undefined, drifts), arn: state.arn }
}

async function createQueue(sqs: SQSClient, declared: QueueDeclaration, arnBeside: string): Promise<string> {
  const Attributes = wantedOf(declared, arnBeside)
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: declared.name, Attributes }))
  return QueueUrl as string
}

function policyFor({ attributes, arn }: QueueState, topicArn = ''): string {
  return addStatement(attributes.Policy, arn, topicArn)
}

function wantedOf(declared: QueueDeclaration, arnBeside: string): Attributes {
  const deadLetterArn = declared.deadLetter && siblingArn(arnBeside, 'sqs', declared.deadLetter.queue)
  return queueAttributes(declared, deadLetterArn)
}
