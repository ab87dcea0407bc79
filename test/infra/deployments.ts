/** What a deployer says of each stack that is tested. Account and identifiers are made up. */
const ACCOUNT = '111122223333'

const existing = {
  vpcId: 'vpc-0a1b2c3d',
  availabilityZones: 'eu-central-1a,eu-central-1b,eu-central-1c',
  publicSubnetIds: 'subnet-0a1b2c3a,subnet-0a1b2c3b,subnet-0a1b2c3c',
  privateSubnetIds: 'subnet-1a1b2c3a,subnet-1a1b2c3b,subnet-1a1b2c3c',
  databaseHost: 'social.abcdefghijkl.eu-central-1.rds.amazonaws.com',
  databaseName: 'social',
  databaseSecretArn: `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:social/owner-a1B2c3`,
  databaseSecurityGroupId: 'sg-0a1b2c3d',
  databaseInstanceId: 'social',
  databaseMaxConnections: '500',
}

const mediaPublicKey =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8xOUetsCa8EfOlDEBAfREhJqspDo' +
  'yEh6Szz2in47Tv5n52m9dLYyPCbqZkOB5nTSqtscpkQD/HpykCggvx09iQ=='

const certificateArn = `arn:aws:acm:eu-central-1:${ACCOUNT}:certificate/1b2c3d4e`

export const DEPLOYMENTS = {
  /** A trial: everything is new. */
  dev: { stage: 'dev', region: 'eu-central-1', imageTag: 'v1' },
  /** Beside what is there: VPC, database and an auth API with a key set. */
  prod: {
    ...{ stage: 'prod', region: 'eu-central-1', imageTag: 'v1', certificateArn, ...existing },
    jwksUrl: 'https://auth.growzone.example/.well-known/jwks.json',
    jwtIssuer: 'https://auth.growzone.example/',
    jwtAudience: 'chat',
    domainName: 'chat.growzone.example',
    corsOrigins: 'https://app.growzone.example',
    alarmEmail: 'operators@growzone.example',
    mediaPublicKey,
    mediaKeySecretArn: `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:chat/media-a1B2c3`,
    otlpEndpoint: 'https://otel.growzone.example',
    traceShare: '0.2',
    limitStore: 'dynamodb',
  },
  /** Production with a database of its own, a shared secret, and no task yet. */
  newProd: {
    ...{ stage: 'prod', region: 'us-east-1', imageTag: 'v1', prefix: 'acme-', services: 'off' },
    migrationTag: 'v2',
    domainName: 'chat.acme.example',
    certificateArn: certificateArn.replace('eu-central-1', 'us-east-1'),
    jwtSecretArn: `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:auth/jwt-a1B2c3`,
    mediaPublicKey,
    mediaKeySecretArn: `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:chat/media-a1B2c3`,
    secretKeyArn: `arn:aws:kms:us-east-1:${ACCOUNT}:key/0a1b2c3d`,
  },
}
export type Deployment = keyof typeof DEPLOYMENTS
