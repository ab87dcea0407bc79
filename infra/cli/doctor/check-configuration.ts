import * as z from 'zod'
import { createTokenVerifier } from '../../../shared/auth.ts'
import { authSettings, ConfigError, findConfigProblems, readConfig } from '../../../shared/config.ts'
import { checkSigning, signingSettings } from '../../../shared/media/create-signer.ts'
import { type Finding, fail, ok } from './finding.ts'
import { CONFIGS, type ServiceName } from './services.ts'

/** Settings that are only wrong together; not looked at before each by itself is right. */
interface Group {
  services: ServiceName[]
  names: RegExp
  check(env: NodeJS.ProcessEnv): void
}

const AUTH = z.object(authSettings)
const SIGNING = z.object(signingSettings)
const GROUPS: Group[] = [
  {
    services: ['ingress', 'gateway'],
    names: /^(JWT|JWKS)_/,
    check: env => void createTokenVerifier(readConfig(AUTH, env)),
  },
  {
    services: ['ingress', 'delivery'],
    names: /^MEDIA_/,
    check: env => checkSigning(readConfig(SIGNING, env)),
  },
]

/** Every setting of a service that is missing or wrong, not only the first. */
export function checkConfiguration(service: ServiceName, env: NodeJS.ProcessEnv): Finding[] {
  const check = `${service} configuration`
  const single = findConfigProblems(CONFIGS[service], env)
  const groups = GROUPS.filter(
    ({ services, names }) => services.includes(service) && !single.some(problem => names.test(problem)),
  )
  const problems = [...single, ...groups.flatMap(group => findGroupProblem(group, env))]
  if (problems.length === 0) return [ok(check, 'complete')]
  return problems.map(problem => fail(check, problem, 'set it in the environment of the service'))
}

function findGroupProblem({ check }: Group, env: NodeJS.ProcessEnv): string[] {
  try {
    check(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return [error.message]
    throw error
  }
}
