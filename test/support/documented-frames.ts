import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { buildAsyncApi } from '../../shared/contract/asyncapi/build-asyncapi.ts'

interface Document {
  components: { messages: Record<string, { name: string; payload: object }>; schemas: object }
}

const { messages, schemas } = (buildAsyncApi() as unknown as Document).components
const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
const validators = new Map<string, ValidateFunction>()
for (const [key, { name, payload }] of Object.entries(messages))
  if (key.endsWith('Frame')) validators.set(name, ajv.compile({ ...payload, components: { schemas } }))

/** What is wrong with a frame by `asyncapi.json`; undefined when nothing is. */
export function faultOfFrame(frame: { type: string }): string | undefined {
  const { type } = frame
  const validate = validators.get(type)
  if (validate === undefined) return `${type} is no documented frame`
  return validate(frame) ? undefined : `${type}: ${ajv.errorsText(validate.errors)}`
}
