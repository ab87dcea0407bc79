import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import { topology } from '../../shared/aws/topology.ts'
import { findResource, resourcesIn, resourcesOf, templateOf } from './template.ts'

describe.each([
  ['dev', 'dev-'],
  ['prod', 'prod-'],
] as const)('%s', (deployment, prefix) => {
  test('the bucket is private, encrypted and reached by TLS alone', () => {
    for (const [, { Properties }] of resourcesOf(deployment, 'AWS::S3::Bucket'))
      expect(Properties).toMatchObject({
        BucketEncryption: expect.anything(),
        PublicAccessBlockConfiguration: {
          ...{ BlockPublicAcls: true, BlockPublicPolicy: true },
          ...{ IgnorePublicAcls: true, RestrictPublicBuckets: true },
        },
      })
    for (const [, { Properties }] of resourcesOf(deployment, 'AWS::S3::BucketPolicy'))
      expect(Properties.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      )
  })

  test('it has the declared name, and forgets unfinished uploads after a day and unused ones after a week', () => {
    templateOf(deployment).hasResourceProperties('AWS::S3::Bucket', {
      BucketName: topology(prefix).mediaBucket,
      LifecycleConfiguration: {
        Rules: [
          { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' },
          { ExpirationInDays: 7, TagFilters: [{ Key: 'state', Value: 'unused' }], Status: 'Enabled' },
        ],
      },
    })
  })

  test('media are read through CloudFront alone, signed by it, and nothing in them runs', () => {
    const template = templateOf(deployment)
    template.hasResourceProperties('AWS::CloudFront::OriginAccessControl', {
      OriginAccessControlConfig: Match.objectLike({ SigningBehavior: 'always', SigningProtocol: 'sigv4' }),
    })
    const { Properties } = findResource(deployment, 'AWS::CloudFront::Distribution', 'Media')
    expect(Properties.DistributionConfig).toMatchObject({
      DefaultCacheBehavior: { AllowedMethods: ['GET', 'HEAD'], ViewerProtocolPolicy: 'https-only' },
      Logging: { IncludeCookies: false },
    })
    template.hasResourceProperties('AWS::CloudFront::ResponseHeadersPolicy', {
      ResponseHeadersPolicyConfig: Match.objectLike({
        SecurityHeadersConfig: Match.objectLike({
          ContentTypeOptions: { Override: true },
          ContentSecurityPolicy: { ContentSecurityPolicy: "default-src 'none'; sandbox", Override: true },
        }),
      }),
    })
    const readers = resourcesIn(deployment, 'AWS::S3::BucketPolicy', 'Media/Bucket').flatMap(policy =>
      policy.Properties.PolicyDocument.Statement.filter(
        ({ Effect }: { Effect: string }) => Effect === 'Allow',
      ),
    )
    expect(readers).toEqual([
      expect.objectContaining({ Action: 's3:GetObject', Principal: { Service: 'cloudfront.amazonaws.com' } }),
    ])
  })

  test('what is generated as a secret is long, and encrypted with the key of the chat', () => {
    const secrets = resourcesOf(deployment, 'AWS::SecretsManager::Secret').map(
      ([, { Properties }]) => Properties,
    )
    expect(secrets.map(({ Name }) => Name).toSorted()).toEqual(
      [...(deployment === 'dev' ? ['jwt'] : []), ...['ingress-password', 'persister-password']]
        .map(name => `${prefix}chat/${name}`)
        .toSorted(),
    )
    for (const secret of secrets)
      expect(secret).toMatchObject({
        GenerateSecretString: { PasswordLength: 48, ExcludePunctuation: true },
        KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
      })
  })
})

test('with a key, media are given by signed addresses alone', () => {
  const behaviorOf = (deployment: 'dev' | 'prod') =>
    findResource(deployment, 'AWS::CloudFront::Distribution', 'Media').Properties.DistributionConfig
      .DefaultCacheBehavior
  expect(behaviorOf('dev')).not.toHaveProperty('TrustedKeyGroups')
  const [group] = resourcesOf('prod', 'AWS::CloudFront::KeyGroup')
  const [key] = resourcesOf('prod', 'AWS::CloudFront::PublicKey')
  expect(behaviorOf('prod').TrustedKeyGroups).toEqual([{ Ref: group?.[0] }])
  expect(group?.[1]).toMatchObject({ Properties: { KeyGroupConfig: { Items: [{ Ref: key?.[0] }] } } })
})

test('web pages of the origins that were given may upload to the bucket', () => {
  const rulesOf = (deployment: 'dev' | 'prod') =>
    findResource(deployment, 'AWS::S3::Bucket', 'Media/Bucket').Properties.CorsConfiguration?.CorsRules
  expect(rulesOf('dev')).toBeUndefined()
  expect(rulesOf('prod')).toEqual([
    { AllowedHeaders: ['*'], AllowedMethods: ['POST'], AllowedOrigins: ['https://app.growzone.example'] },
  ])
})

test('a new database is encrypted, is PostgreSQL 18, and keeps its own owner password', () => {
  for (const deployment of ['dev', 'newProd'] as const) {
    const { Properties } = findResource(deployment, 'AWS::RDS::DBInstance', 'Database')
    expect(Properties).toMatchObject({
      ...{ Engine: 'postgres', EngineVersion: '18', StorageEncrypted: true, PubliclyAccessible: false },
      ...{ ManageMasterUserPassword: true, AutoMinorVersionUpgrade: true },
    })
    expect(Properties).not.toHaveProperty('MasterUserPassword')
  }
})

test('in production a new database has a stand-by, two weeks of backups, and is not deleted', () => {
  expect(findResource('newProd', 'AWS::RDS::DBInstance', 'Database')).toMatchObject({
    Properties: { MultiAZ: true, DeletionProtection: true, BackupRetentionPeriod: 14 },
    DeletionPolicy: 'Retain',
  })
  expect(findResource('dev', 'AWS::RDS::DBInstance', 'Database')).toMatchObject({
    Properties: { MultiAZ: false, DeletionProtection: false },
    DeletionPolicy: 'Delete',
  })
})

test('of an existing database only the door is opened, to those who need it', () => {
  expect(resourcesOf('prod', 'AWS::RDS::DBInstance')).toEqual([])
  const doors = resourcesOf('prod', 'AWS::EC2::SecurityGroupIngress').flatMap(([, { Properties }]) =>
    Properties.GroupId === 'sg-0a1b2c3d' ? [Properties] : [],
  )
  expect(doors.map(({ FromPort, ToPort }) => [FromPort, ToPort])).toEqual(Array(3).fill([5432, 5432]))
  expect(doors.map(({ SourceSecurityGroupId: source }) => source['Fn::GetAtt'][0]).toSorted()).toEqual([
    expect.stringMatching(/^IngressGroup/),
    expect.stringMatching(/^MigrationGroup/),
    expect.stringMatching(/^PersisterGroup/),
  ])
})

test('in production data outlives the stack', () => {
  const types = ['AWS::SQS::Queue', 'AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::KMS::Key']
  for (const type of [...types, 'AWS::SecretsManager::Secret']) {
    for (const [, { DeletionPolicy }] of resourcesOf('prod', type)) expect(DeletionPolicy).toBe('Retain')
    for (const [, { DeletionPolicy }] of resourcesOf('dev', type)) expect(DeletionPolicy).toBe('Delete')
  }
})

test('the key is turned every year, and AWS services use it for this account alone', () => {
  const { Properties } = findResource('prod', 'AWS::KMS::Key', 'Key')
  expect(Properties.EnableKeyRotation).toBe(true)
  expect(Properties.KeyPolicy.Statement).toContainEqual({
    ...{ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '*' },
    Principal: { Service: ['cloudwatch.amazonaws.com', 'sns.amazonaws.com'] },
    Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  })
})
