import { expect, test } from 'vitest'
import { ConfigError } from '../../shared/config.ts'
import { findQueueUrl, findTopicArn } from '../../shared/messaging/find-resources.ts'
import { createTestAws } from '../support/test-aws.ts'

test('queues and topics are found by name, and what is missing says how to make it', async () => {
  await using aws = await createTestAws()
  expect(await findQueueUrl(aws.sqs, aws.names.commandsQueue)).toBe(aws.commandsQueueUrl)
  expect(await findTopicArn(aws.sns, aws.names.eventsTopic)).toMatch(new RegExp(`:${aws.names.eventsTopic}$`))
  for (const findMissing of [
    () => findQueueUrl(aws.sqs, 'nowhere.fifo'),
    () => findTopicArn(aws.sns, aws.names.eventsTopic.slice(1)),
  ]) {
    const missing = findMissing()
    await expect(missing).rejects.toThrow(ConfigError)
    await expect(missing).rejects.toThrow(/does not exist; run `growzone-chat provision`/)
  }
})
