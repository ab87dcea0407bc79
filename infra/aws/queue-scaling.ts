/**
 * Takes in: a worker and its queue.
 * Guarantees: more tasks when messages wait too long or too many wait, fewer when neither has been so for a while;
 * one measure decides, so that age and depth never pull in two directions.
 * Gives out: nothing.
 */
import { Duration } from 'aws-cdk-lib'
import { AdjustmentType } from 'aws-cdk-lib/aws-applicationautoscaling'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import type * as ecs from 'aws-cdk-lib/aws-ecs'
import type * as sqs from 'aws-cdk-lib/aws-sqs'

/** A message shall not wait longer, s. */
const TARGET_AGE_SECONDS = 2
/** Nor shall more wait: what one task works off in about the same time. */
const TARGET_DEPTH = 1_000
const PERIOD = Duration.minutes(1)

/** 1 where the oldest message waits, or as many wait, as they may at most; 2 at the double of either. */
export function pressureOn(queue: sqs.IQueue): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({
    label: 'pressure',
    // A queue that nobody used for hours tells nothing: there nothing waits.
    expression: `MAX([FILL(age, 0) / ${TARGET_AGE_SECONDS}, FILL(depth, 0) / ${TARGET_DEPTH}])`,
    usingMetrics: {
      age: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: PERIOD }),
      depth: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: PERIOD }),
    },
    period: PERIOD,
  })
}

export function scaleOnQueue(scaling: ecs.ScalableTaskCount, queue: sqs.IQueue): void {
  scaling.scaleOnMetric('Pressure', {
    metric: pressureOn(queue),
    scalingSteps: [
      { upper: 0.25, change: -1 },
      { lower: 1, change: +1 },
      { lower: 4, change: +3 },
    ],
    adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
    evaluationPeriods: 2,
    cooldown: Duration.minutes(2),
  })
}
