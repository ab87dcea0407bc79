import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'

/** The current text of a secret. */
export async function readSecret(arn: string): Promise<string | undefined> {
  const client = new SecretsManagerClient()
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }))
    return SecretString
  } finally {
    client.destroy()
  }
}
