/** The access policy of a queue, as far as it lets a topic send to it. */
interface Statement {
  Sid?: string
  Effect?: string
  Principal?: unknown
  Action?: unknown
  Resource?: unknown
  Condition?: unknown
}

interface Policy {
  Version?: string
  Statement?: Statement | Statement[]
}

/** Whether some statement lets the topic send, whoever wrote the policy. */
export function allowsTopic(policy: string | undefined, topicArn: string): boolean {
  return statementsOf(policy).some(
    ({ Effect, Principal, Action, Condition }) =>
      Effect === 'Allow' &&
      /"(sns\.amazonaws\.com|\*)"/.test(JSON.stringify(Principal)) &&
      listOf(Action).some(action => /^(sqs:)?(SendMessage|\*)$/i.test(String(action))) &&
      (Condition === undefined || JSON.stringify(Condition).includes(JSON.stringify(topicArn))),
  )
}

/** The policy with a statement for the topic; what else it says stays. */
export function addStatement(policy: string | undefined, queueArn: string, topicArn: string): string {
  const statement: Statement = {
    Sid: 'AllowTopicToSend',
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
  }
  const others = statementsOf(policy).filter(({ Sid }) => Sid !== statement.Sid)
  return JSON.stringify({ Version: '2012-10-17', Statement: [...others, statement] })
}

function statementsOf(policy: string | undefined): Statement[] {
  if (!policy) return []
  const { Statement = [] } = JSON.parse(policy) as Policy
  return [Statement].flat()
}

function listOf(value: unknown): unknown[] {
  return [value].flat()
}
