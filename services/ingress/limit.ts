import { type LimitName, type Limits, quotaHeaders } from '../../shared/limits/create-limits.ts'
import type { Quota } from '../../shared/limits/token-bucket.ts'
import type { IngressContext } from './context.ts'

/** Takes one from what the caller may do; 429 when none is left. Every answer of a limited route tells what is. */
export function limit({ limits }: { limits: Limits }, c: IngressContext, name: LimitName): void {
  tellQuota(c, limits.take(name, c.get('userId')))
}

export function tellQuota(c: IngressContext, quota: Quota | undefined): void {
  if (quota) Object.assign(c.get('headers'), quotaHeaders(quota))
}
