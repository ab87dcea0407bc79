/** What CloudWatch gets, and from which of our metrics. Alarms and the dashboard on AWS use these names. */
export const EMF_NAMESPACE = 'GrowzoneChat'

type Labels = Partial<Record<string, string | number>>

export interface EmfMetric {
  name: string
  unit: 'Count' | 'Milliseconds'
  /** The metric of the registry: a counter gives what was added since the last line, a gauge what it says, a histogram its distribution. */
  from: string
  /** The series that count; all where it is not given. */
  where?: (labels: Labels) => boolean
  meaning: string
}

export const EMF_METRICS: EmfMetric[] = [
  { name: 'Accepted', unit: 'Count', from: 'chat_accepted_total', meaning: 'commands that SQS took' },
  {
    ...{ name: 'HttpRequests', unit: 'Count', from: 'chat_http_requests_total' },
    meaning: 'REST requests answered',
  },
  {
    ...{ name: 'HttpErrors', unit: 'Count', from: 'chat_http_requests_total' },
    where: ({ status }) => Number(status) >= 500,
    meaning: 'of these, answered with 5xx',
  },
  {
    ...{ name: 'FrameErrors', unit: 'Count', from: 'chat_gateway_refused_frames_total' },
    where: ({ status }) => Number(status) >= 500,
    meaning: 'frames answered with an error of 5xx, which API Gateway takes for answers like others',
  },
  {
    ...{ name: 'Stored', unit: 'Count', from: 'chat_commands_total' },
    where: ({ result }) => result === 'stored',
    meaning: 'commands stored',
  },
  {
    ...{ name: 'Refused', unit: 'Count', from: 'chat_commands_total' },
    where: ({ result }) => result !== 'stored',
    meaning: 'commands that can never be stored',
  },
  {
    ...{ name: 'AcceptToStore', unit: 'Milliseconds', from: 'chat_accept_to_store_seconds' },
    meaning: 'from acceptance to commit',
  },
  {
    ...{ name: 'AcceptToPush', unit: 'Milliseconds', from: 'chat_delivery_accept_to_push_seconds' },
    meaning: 'from acceptance to push',
  },
  {
    ...{ name: 'Pushes', unit: 'Count', from: 'chat_delivery_pushes_total' },
    where: ({ outcome }) => outcome === 'pushed',
    meaning: 'pushes that a connection took',
  },
  {
    ...{ name: 'PushFailures', unit: 'Count', from: 'chat_delivery_pushes_total' },
    where: ({ outcome }) => outcome === 'failed' || outcome === 'dropped',
    meaning: 'pushes that failed; gone connections are none',
  },
  {
    ...{ name: 'DeadLetters', unit: 'Count', from: 'chat_dead_letters_total' },
    meaning: 'messages that a worker moved to its dead-letter queue',
  },
  {
    ...{ name: 'QueueAge', unit: 'Milliseconds', from: 'chat_queue_age_seconds' },
    meaning: 'from the send to the receive of a message',
  },
  {
    ...{ name: 'OpenSockets', unit: 'Count', from: 'chat_gateway_open_sockets' },
    meaning: "open sockets of our own gateway; API Gateway's are in AWS/ApiGateway",
  },
  {
    ...{ name: 'DatabasePoolWaiting', unit: 'Count', from: 'chat_database_pool_connections' },
    where: ({ state }) => state === 'waiting',
    meaning: 'statements that wait for a connection',
  },
]
