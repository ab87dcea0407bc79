import type { RouterRoute } from 'hono/types'
import { notFound, ProblemError } from '../../shared/contract/problems.ts'

/** What is answered where no route fits: 405 with `Allow` (RFC 9110 §15.5.6) for a path that has others, else 404. */
export function refuseUnknown(routes: RouterRoute[], path: string): ProblemError {
  const methods = routes
    .filter(({ method, path: template }) => method !== 'ALL' && fits(template, path))
    .flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  const allowed = [...new Set(methods)].toSorted().join(', ')
  if (allowed === '') return notFound(path)
  return new ProblemError(405, `${path} takes ${allowed}`, { headers: { Allow: allowed } })
}

function fits(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')]
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => segment.startsWith(':') || segment === given[index])
  )
}
