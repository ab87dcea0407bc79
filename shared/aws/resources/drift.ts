/** A setting that is not as the topology declares it. */
export interface Drift {
  setting: string
  /** Undefined where it is not set. */
  is: string | undefined
  mustBe: string
  /** `broken`: messages are refused, lost or come for ever; `degraded`: slower, dearer or kept shorter than meant. */
  harm: 'broken' | 'degraded'
  /** Set where no call changes it: what to do instead. */
  remedy?: string
}

export type Outcome = 'created' | 'updated' | 'present'

/** What became of a resource, and what of it no call could mend. */
export interface Ensured {
  outcome: Outcome
  unmended: Drift[]
}

export function describeDrift({ setting, is, mustBe }: Drift): string {
  return `${setting} is ${is ?? 'not set'}, must be ${mustBe}`
}

export function ensured(made: boolean, drifts: Drift[]): Ensured {
  const unmended = drifts.filter(({ remedy }) => remedy !== undefined)
  const isUpdated = drifts.length > unmended.length
  return { outcome: made ? 'created' : isUpdated ? 'updated' : 'present', unmended }
}

export function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name)
}

/** The ARN of a resource of another service beside this one: same partition, region and account. */
export function siblingArn(arn: string, service: 'sqs' | 'sns', name: string): string {
  const [, partition, , region, account] = arn.split(':')
  return ['arn', partition, service, region, account, name].join(':')
}
