import * as ecs from 'aws-cdk-lib/aws-ecs'
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager'
import type { Database } from './database.ts'

interface LoginSettings {
  environment: Record<string, string>
  secrets: Record<string, ecs.Secret>
}

/** As a login whose password is all that its secret holds. */
export function logInAs(user: string, password: secretsmanager.ISecret, { url }: Database): LoginSettings {
  return {
    environment: { DATABASE_URL: url, PGUSER: user },
    secrets: { PGPASSWORD: ecs.Secret.fromSecretsManager(password) },
  }
}

export function logInAsOwner({ url, owner }: Database): LoginSettings {
  return {
    environment: { DATABASE_URL: url },
    secrets: {
      PGUSER: ecs.Secret.fromSecretsManager(owner, 'username'),
      PGPASSWORD: ecs.Secret.fromSecretsManager(owner, 'password'),
    },
  }
}
