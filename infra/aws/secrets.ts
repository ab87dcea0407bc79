/**
 * Takes in: what the stage says of tokens.
 * Guarantees: a secret stands in Secrets Manager alone; a template names it and never holds it.
 * Gives out: the secret of tokens where there is one, and the passwords of the two services that use the database.
 */
import type { Stack } from 'aws-cdk-lib'
import * as kms from 'aws-cdk-lib/aws-kms'
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { accept } from './accept.ts'
import { removalOf } from './removal.ts'
import type { Stage } from './stages.ts'

export interface Secrets {
  /** Absent where tokens are verified by a key set. */
  jwt?: secretsmanager.ISecret
  ingressPassword: secretsmanager.ISecret
  persisterPassword: secretsmanager.ISecret
}

const LENGTH = 48

export function addSecrets(stack: Stack, stage: Stage, key: kms.Key): Secrets {
  const scope = new Construct(stack, 'Secrets')
  const generate = (id: string, name: string, what: string, why: string) => {
    const secret = new secretsmanager.Secret(scope, id, {
      secretName: `${stage.prefix}chat/${name}`,
      description: what,
      encryptionKey: key,
      generateSecretString: { passwordLength: LENGTH, excludePunctuation: true },
      removalPolicy: removalOf(stage),
    })
    accept(secret, 'AwsSolutions-SMG4', why)
    return secret
  }
  const password = (service: string) =>
    generate(
      `${service}Password`,
      `${service.toLowerCase()}-password`,
      `Password of the database login chat_${service.toLowerCase()}`,
      'The migration task sets what the secret says; docs/deploy.md tells how it is changed.',
    )
  const jwt = findOrGenerateJwt(scope, stage, () =>
    generate(
      'Jwt',
      'jwt',
      'Signs HS256 tokens of a trial',
      'A trial, whose tokens an auth API will replace.',
    ),
  )
  return {
    ...(jwt && { jwt }),
    ingressPassword: password('Ingress'),
    persisterPassword: password('Persister'),
  }
}

function findOrGenerateJwt(scope: Construct, stage: Stage, generate: () => secretsmanager.ISecret) {
  if (stage.jwksUrl !== undefined) return undefined
  if (stage.jwtSecretArn === undefined) return generate()
  return importSecret(scope, 'Jwt', stage.jwtSecretArn, stage)
}

/** An existing secret, and the right to its key where that is a customer's own. */
export function importSecret(
  scope: Construct,
  id: string,
  secretCompleteArn: string,
  { secretKeyArn }: Stage,
): secretsmanager.ISecret {
  return secretsmanager.Secret.fromSecretAttributes(scope, id, {
    secretCompleteArn,
    ...(secretKeyArn !== undefined && { encryptionKey: kms.Key.fromKeyArn(scope, `${id}Key`, secretKeyArn) }),
  })
}
