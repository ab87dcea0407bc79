import { type CfnElement, Stack, Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/** A finding of cdk-nag that stays on this construct and what is in it, and why. */
export function accept(construct: IConstruct, id: string, reason: string): void {
  Validations.of(construct).acknowledge({ id, reason })
}

/** A resource with a wildcard in a policy; `resource` is written as cdk-nag writes it. */
export function acceptWildcard(construct: IConstruct, resource: string, reason: string): void {
  accept(construct, `AwsSolutions-IAM5[Resource::${resource}]`, reason)
}

export function logicalIdOf(construct: IConstruct): string {
  return Stack.of(construct).resolve((construct.node.defaultChild as CfnElement).logicalId)
}
