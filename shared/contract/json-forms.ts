import * as z from 'zod'

/** A piece of JSON Schema 2020-12. */
export type JsonSchema = Record<string, unknown>
type Shape = (made: JsonSchema) => JsonSchema

const shapes = z.registry<{ shape: Shape }>()
const names = z.registry<{ id: string }>()

/**
 * Says how a schema looks in the documents where zod cannot tell: what refinements and transforms ask for is not
 * visible to it. `shape` gets what zod made of it.
 */
export function withJsonForm<T extends z.ZodType>(schema: T, shape: Shape): T {
  shapes.add(schema, { shape })
  return schema
}

/** Gives a schema its name among the components of the documents. */
export function named<T extends z.ZodType>(id: string, schema: T): T {
  names.add(schema, { id })
  return schema
}

export interface SchemaWriter {
  /** What a client may send, or what it gets; named schemas within it become references to `components`. */
  write(schema: z.ZodType, side: 'input' | 'output'): JsonSchema
  components: Record<string, JsonSchema>
}

/** Writes the JSON Schemas of one document. */
export function createSchemaWriter(): SchemaWriter {
  const components: Record<string, JsonSchema> = {}

  function write(schema: z.ZodType, side: 'input' | 'output'): JsonSchema {
    const made = z.toJSONSchema(schema, {
      io: side,
      metadata: names,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        const shape = shapes.get(zodSchema)?.shape ?? withoutNoise(side)
        const form = shape({ ...jsonSchema })
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
        Object.assign(jsonSchema, form)
      },
    })
    const name = names.get(schema)?.id
    const { $schema: _, $defs = {}, ...root } = pointAtComponents(made)
    for (const [id, definition] of Object.entries($defs as Record<string, JsonSchema>))
      components[id] = withoutId(definition)
    if (name === undefined) return withoutId(root)
    // Of a named schema zod makes a reference and a definition, or the schema itself.
    if (root.$ref === undefined) components[name] = withoutId(root)
    return { $ref: `#/components/schemas/${name}` }
  }

  return { write, components }
}

/**
 * Without patterns that say what `format` says already, and without bounds that every integer of JavaScript has. What a
 * client may send keeps its greatest: other languages count further.
 */
function withoutNoise(side: 'input' | 'output'): Shape {
  return ({ pattern, minimum, maximum, ...made }) => ({
    ...made,
    ...(pattern !== undefined && made.format === undefined && { pattern }),
    ...(minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER && { minimum }),
    ...(maximum !== undefined && (side === 'input' || maximum !== Number.MAX_SAFE_INTEGER) && { maximum }),
  })
}

function pointAtComponents(made: object): JsonSchema {
  return JSON.parse(JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/'))
}

function withoutId({ id: _, $id: __, ...schema }: JsonSchema): JsonSchema {
  return schema
}
