import type { Call, Verdict } from '../proxies/http-proxy.ts'

/** Errors as AWS words them, so that the SDK reads them for what they are. */
type Answered = Extract<Verdict, { kind: 'answer' }>

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' }

export function throttled(call: Call): Answered {
  return isSns(call)
    ? snsError(400, 'Throttled')
    : {
        kind: 'answer',
        status: 400,
        headers: JSON_TYPE,
        body: '{"__type":"com.amazonaws.sqs#RequestThrottled"}',
      }
}

export function unavailable(call: Call): Answered {
  return isSns(call)
    ? snsError(503, 'ServiceUnavailable')
    : { kind: 'answer', status: 503, headers: JSON_TYPE, body: '{"__type":"ServiceUnavailable"}' }
}

export const tableThrottled: Answered = {
  kind: 'answer',
  status: 400,
  headers: JSON_TYPE,
  body: '{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"Slow down"}',
}

export const gone = pushError(410, 'GoneException')
export const pushThrottled = pushError(429, 'LimitExceededException')
export const pushFailed = pushError(500, 'InternalServerError')

function pushError(status: number, type: string): Answered {
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': type }
  return { kind: 'answer', status, headers, body: `{"message":"${type}"}` }
}

function snsError(status: number, code: string): Answered {
  const headers = { 'content-type': 'text/xml' }
  const body = `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${code}</Message></Error><RequestId>0</RequestId></ErrorResponse>`
  return { kind: 'answer', status, headers, body }
}

function isSns({ headers }: Call): boolean {
  return String(headers['content-type']).includes('x-www-form-urlencoded')
}
