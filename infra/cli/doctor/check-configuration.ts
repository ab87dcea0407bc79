import * as z from 'zod'
import { createTokenVerifier } from '../../../shared/auth.ts'
import { authSettings, ConfigError, findConfigProblems, readConfig } from '../../../shared/config.ts'
import { type Finding, fail, ok } from './finding.ts'
import { CONFIGS, type ServiceName } from './services.ts'

const AUTH = z.object(authSettings)

/** Every setting of a service that is missing or wrong, not only the first. */
export function checkConfiguration(service: ServiceName, env: NodeJS.ProcessEnv): Finding[] {
  const check = `${service} configuration`
  const problems = [...findConfigProblems(CONFIGS[service], env), ...findTokenProblem(service, env)]
  if (problems.length === 0) return [ok(check, 'complete')]
  return problems.map(problem => fail(check, problem, 'set it in the environment of the service'))
}

/** Settings that are only wrong together; not looked at before each by itself is right. */
function findTokenProblem(service: ServiceName, env: NodeJS.ProcessEnv): string[] {
  if (service !== 'ingress' && service !== 'gateway') return []
  if (findConfigProblems(CONFIGS[service], env).some(problem => /^(JWT|JWKS)_/.test(problem))) return []
  try {
    createTokenVerifier(readConfig(AUTH, env))
    return []
  } catch (error) {
    if (error instanceof ConfigError) return [error.message]
    throw error
  }
}
