import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CfnResource, Stack } from 'aws-cdk-lib'
import * as sqs from 'aws-cdk-lib/aws-sqs'
import { expect, test, vi } from 'vitest'
import { buildApp } from '../../infra/aws/build-app.ts'
import { DEPLOYMENTS, type Deployment } from './deployments.ts'
import { readAssembly } from './template.ts'

const ALL = Object.keys(DEPLOYMENTS) as Deployment[]

test.each(ALL)('cdk-nag and CloudFormation find nothing in %s that was not accepted', deployment => {
  const { pluginReports } = readAssembly(deployment, 'validation-report.json') as Report
  const found = pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName))
  // A trial without a certificate is told so, and goes on.
  expect(found).toEqual(deployment === 'dev' ? ['Annotation::growzone-chat:http'] : [])
})

test('what is accepted, and where', () => {
  const accepted = ALL.flatMap(acceptedIn)
  for (const [, , reason] of accepted) expect(reason.length).toBeGreaterThan(15)
  const rules = Map.groupBy(accepted, ([rule]) => rule)
  const places = [...rules].map(([rule, found]) => [
    rule,
    [...new Set(found.map(([, place]) => place))].toSorted(),
  ])
  expect(Object.fromEntries(places)).toEqual({
    APIG4: ['Gateway/Api/$default-Route', 'Gateway/Api/$disconnect-Route'],
    CFR1: ['Media/Distribution'],
    CFR2: ['Media/Distribution'],
    CFR4: ['Media/Distribution'],
    EC23: ['Ingress/BalancerGroup'],
    ECS2: ['Delivery/Task', 'Ingress/Task', 'Migration/Task', 'Persister/Task'],
    'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]': [
      'Gateway/LogsRole',
    ],
    'IAM5[Resource::*]': [
      ...['Delivery/Task/ExecutionRole', 'Ingress/Task/ExecutionRole', 'Migration/Task/ExecutionRole'],
      ...['Persister/Task/ExecutionRole', 'Persister/Task/TaskRole'],
    ],
    'IAM5[Resource::<MediaBucket.Arn>/*]': ['Ingress/Task/TaskRole', 'Persister/Task/TaskRole'],
    'IAM5[Resource::@connections]': ['Delivery/Task/TaskRole', 'Gateway/Expire/Role'],
    RDS10: ['Database/Instance'],
    RDS11: ['Database/Instance'],
    RDS3: ['Database/Instance'],
    S1: ['Media/AccessLogs'],
    SMG4: ['Secrets/IngressPassword', 'Secrets/Jwt', 'Secrets/PersisterPassword'],
  })
})

test('in production a database without stand-by or protection would be found', () => {
  const rules = acceptedIn('newProd').map(([rule]) => rule)
  expect(rules).not.toContain('RDS3')
  expect(rules).not.toContain('RDS10')
})

test('what was not accepted fails the synthesis', async () => {
  const outdir = join(tmpdir(), `growzone-chat-cdk-${crypto.randomUUID()}`)
  const { context } = JSON.parse(await readFile('cdk.json', 'utf8'))
  const app = await buildApp({ outdir, context: { ...context, ...DEPLOYMENTS.dev } })
  const stack = app.node.children.find(Stack.isStack) as Stack
  new sqs.Queue(stack, 'Plain')
  new CfnResource(stack, 'Wrong', { type: 'AWS::SQS::Queue', properties: { DelaySeconds: 'soon' } })
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  expect(() => app.synth()).toThrow(/validation/i)
  said.mockRestore()
  const report = await readFile(join(outdir, 'validation-report.json'), 'utf8')
  for (const finding of ['AwsSolutions-SQS3', 'AwsSolutions-SQS4', 'DelaySeconds'])
    expect(report).toContain(finding)
  await rm(outdir, { recursive: true })
})

interface Report {
  pluginReports: { violations: { ruleName: string }[] }[]
}

interface Metadata {
  type: string
  data: Record<string, string>
}

/** What we accept of cdk-nag; CDK's own constructs accept other things of other tools. */
function acceptedIn(deployment: Deployment): [rule: string, place: string, reason: string][] {
  const metadata = readAssembly(deployment, '.metadata.json') as Record<string, Metadata[]>
  return Object.entries(metadata).flatMap(([path, entries]) =>
    entries
      .filter(({ type }) => type === 'aws:cdk:acknowledged-rules')
      .flatMap(({ data }) => Object.entries(data))
      .filter(([rule]) => rule.includes('AwsSolutions-'))
      .map(([rule, reason]): [string, string, string] => [
        rule
          .replace(/^.*?AwsSolutions-/, '')
          .replace(/<(\w+?)[0-9A-F]{8}\.Arn>/, '<$1.Arn>')
          .replace(/arn:aws:execute-api:.*@connections\/\*/, '@connections'),
        path.split('/').slice(2).join('/'),
        reason,
      ]),
  )
}
