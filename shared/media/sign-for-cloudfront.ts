import { createPrivateKey, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { ConfigError } from '../config.ts'

const signAside = promisify(sign)

/**
 * Signs addresses of a CloudFront distribution: whoever has one may read it until it expires (epoch seconds).
 * `privateKey` is a PEM, RSA of 2048 bits or ECDSA on P-256; its public half belongs to a key group that the
 * distribution trusts.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-canned-policy.html
 */
export function createCloudFrontSigner({ keyId, privateKey }: { keyId: string; privateKey: string }) {
  const key = readKey(privateKey)
  return async (url: string, expiresAtSeconds: number): Promise<string> => {
    const policy = `{"Statement":[{"Resource":"${url}","Condition":{"DateLessThan":{"AWS:EpochTime":${expiresAtSeconds}}}}]}`
    const signature = spellForUrl(await signAside('sha256', Buffer.from(policy), key))
    return `${url}?Expires=${expiresAtSeconds}&Signature=${signature}&Key-Pair-Id=${keyId}&Hash-Algorithm=SHA256`
  }
}

function readKey(pem: string) {
  try {
    return createPrivateKey(pem)
  } catch {
    throw new ConfigError('MEDIA_SIGNING_KEY is invalid: must be a private key in PEM')
  }
}

/** CloudFront's own spelling of base64. */
function spellForUrl(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~')
}
