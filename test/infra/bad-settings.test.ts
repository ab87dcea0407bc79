import { describe, expect, test } from 'vitest'
import { readStage } from '../../infra/aws/stages.ts'
import { DEPLOYMENTS } from './deployments.ts'

type Context = Record<string, unknown>

const readFrom = (context: Context, region?: string) => readStage(name => context[name], region)
const without = (context: Context, ...names: string[]) =>
  Object.fromEntries(Object.entries(context).filter(([name]) => !names.includes(name)))

const { dev, prod, newProd } = DEPLOYMENTS

describe('what a deployer gets wrong is told in one line that names it', () => {
  test.each([
    [{ ...dev, stage: 'staging' }, /^stage is invalid: must be one of dev, prod/],
    [{ ...dev, stage: 'constructor' }, /^stage is invalid: must be one of dev, prod/],
    [{ ...dev, region: 'Frankfurt' }, /^region is invalid: must look like eu-central-1/],
    [{ ...dev, imageTag: 'a b' }, /^imageTag is invalid/],
    [{ ...dev, prefix: 'Dev_' }, /^prefix is invalid: may hold lower-case letters/],
    [{ ...dev, services: 'none' }, /^services is invalid/],
    [{ ...dev, traceShare: '20' }, /^traceShare is invalid/],
    [{ ...dev, logLevel: 'loud' }, /^logLevel is invalid/],
    [{ ...dev, alarmEmail: 'me' }, /^alarmEmail is invalid/],
    [{ ...dev, corsOrigins: 'app.example' }, /^corsOrigins is invalid: must be origins/],
    [
      without(prod, 'certificateArn', 'domainName'),
      /^certificateArn is not set \(prod answers by HTTPS alone\)/,
    ],
    [
      without(prod, 'certificateArn'),
      /^certificateArn is not set \(certificateArn, domainName belong together\)/,
    ],
    [without(prod, 'domainName'), /^domainName is not set \(certificateArn, domainName belong together\)/],
    [
      without(prod, 'mediaPublicKey', 'mediaKeySecretArn'),
      /^mediaPublicKey is not set \(prod gives media to whom it signed their addresses for\)/,
    ],
    [
      without(prod, 'mediaKeySecretArn'),
      /^mediaKeySecretArn is not set \(mediaPublicKey, mediaKeySecretArn belong together\)/,
    ],
    [
      { ...prod, mediaPublicKey: 'mine' },
      /^mediaPublicKey is invalid: must be a public key as base64 in one line/,
    ],
    [{ ...prod, certificateArn: 'mine' }, /^certificateArn is invalid: must be an ARN of acm/],
    [without(prod, 'jwksUrl'), /^jwksUrl or jwtSecretArn must be set/],
    [{ ...prod, jwtSecretArn: newProd.jwtSecretArn }, /^jwksUrl and jwtSecretArn are both set/],
    [{ ...prod, jwksUrl: 'http://auth.example' }, /^jwksUrl is invalid/],
    [
      { ...newProd, jwtSecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:auth/jwt' },
      /^jwtSecretArn is invalid: must be the complete ARN/,
    ],
    [
      { ...prod, region: 'eu-west-1' },
      /^certificateArn is invalid: it is of eu-central-1, and the stage of eu-west-1$/,
    ],
    [
      { ...prod, databaseSecretArn: prod.databaseSecretArn.replace('eu-central-1', 'eu-west-1') },
      /^databaseSecretArn is invalid: it is of eu-west-1, and the stage of eu-central-1$/,
    ],
    [
      without(prod, 'privateSubnetIds'),
      /^privateSubnetIds is not set \(vpcId, availabilityZones, .* belong together\)/,
    ],
    [{ ...prod, privateSubnetIds: 'subnet-0a1b2c3d' }, /^privateSubnetIds is invalid: needs two or more/],
    [{ ...prod, publicSubnetIds: 'a,b' }, /^publicSubnetIds is invalid: must look like subnet-0123abcd/],
    [
      without(prod, 'databaseInstanceId'),
      /^databaseInstanceId is not set \(databaseHost, .* belong together\)/,
    ],
    [
      without(prod, 'vpcId', 'availabilityZones', 'publicSubnetIds', 'privateSubnetIds'),
      /^vpcId is not set \(the existing database is in a VPC of yours\)/,
    ],
    [
      { ...prod, databaseMaxConnections: '100' },
      /^databaseMaxConnections is invalid: the chat alone may open 180 connections in prod/,
    ],
    [{ ...dev, dev: 'large' }, /^dev is invalid: must be an object of settings/],
    [
      { ...dev, dev: { imagetag: 'v1' } },
      /^dev is invalid: there is no setting imagetag; known are region, imageTag/,
    ],
  ])('with %j: %s', (context: Context, line) => {
    const read = () => readFrom(context)
    expect(read).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: expect.stringMatching(line) }),
    )
    expect(read).not.toThrow(/\n/)
  })
})

test('who says nothing gets a trial, in the region of the environment where it has one', () => {
  expect(readFrom({})).toMatchObject({ stage: 'dev', region: 'us-east-1', prefix: 'dev-' })
  expect(readFrom({}, 'eu-west-3')).toMatchObject({ region: 'eu-west-3' })
  expect(readFrom({ dev: { region: 'eu-west-1' } }, 'eu-west-3')).toMatchObject({ region: 'eu-west-1' })
  expect(() => readFrom({}, 'Paris')).toThrow(/^region is invalid: must look like eu-central-1/)
})

test("a stage's own settings count where the command line says nothing", () => {
  const own = { region: 'eu-west-1', imageTag: 'own', databasePort: 5433 }
  expect(
    readFrom({ stage: 'dev', imageTag: 'given', dev: own, prod: { region: 'us-east-1' } }),
  ).toMatchObject({
    ...{ region: 'eu-west-1', imageTag: 'given', databasePort: 5433, prefix: 'dev-' },
  })
})
