import { RemovalPolicy } from 'aws-cdk-lib'
import type { Stage } from './stages.ts'

/** What becomes of data when its resource leaves the stack. */
export function removalOf({ size }: Stage): RemovalPolicy {
  return size.isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY
}
