import { type Link, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace'

/**
 * A batch is recorded when one of the traces it links to is: a decision of its own would leave most recorded messages
 * without the batches they went through.
 */
export function samplingBatches(sampler: Sampler): Sampler {
  return {
    shouldSample(context, traceId, name, kind, attributes, links) {
      if (links.length === 0) return sampler.shouldSample(context, traceId, name, kind, attributes, links)
      const isRecorded = ({ context: linked }: Link) => {
        const parent = trace.setSpanContext(ROOT_CONTEXT, linked)
        const { decision } = sampler.shouldSample(parent, linked.traceId, name, kind, attributes, [])
        return decision === SamplingDecision.RECORD_AND_SAMPLED
      }
      const { RECORD_AND_SAMPLED, NOT_RECORD } = SamplingDecision
      return { decision: links.some(isRecorded) ? RECORD_AND_SAMPLED : NOT_RECORD }
    },
    toString: () => `SamplingBatches{${sampler.toString()}}`,
  }
}
