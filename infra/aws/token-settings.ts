import type { Stage } from './stages.ts'

/** What verifies tokens besides the secret: settings that anybody may see. */
export function tokenSettings({ jwksUrl, jwtIssuer, jwtAudience }: Stage): Record<string, string> {
  return {
    ...(jwksUrl !== undefined && { JWKS_URL: jwksUrl }),
    ...(jwtIssuer !== undefined && { JWT_ISSUER: jwtIssuer }),
    ...(jwtAudience !== undefined && { JWT_AUDIENCE: jwtAudience }),
  }
}
