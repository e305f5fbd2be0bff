import type { Definition, FieldSchema, LexiconDoc, ParamSchema, ParamsSchema } from './document.ts'

/** Any object of a document that has a `type`, permissions left aside. */
export type AnySchema = Definition | FieldSchema | ParamsSchema | ParamSchema

export type Visit = (schema: AnySchema, path: string) => void

/** Calls `visit` for every schema of a document, outermost first, with its JSON pointer. */
export function visitSchemas(document: LexiconDoc, visit: Visit): void {
  for (const [name, definition] of Object.entries(document.defs)) descend(definition, `/defs/${name}`, visit)
}

function descend(schema: AnySchema | undefined, path: string, visit: Visit): void {
  if (schema === undefined) return
  visit(schema, path)
  switch (schema.type) {
    case 'object':
    case 'params':
      for (const [name, property] of Object.entries<AnySchema>(schema.properties ?? {})) {
        descend(property, `${path}/properties/${name}`, visit)
      }
      return
    case 'array':
      descend(schema.items, `${path}/items`, visit)
      return
    case 'record':
      descend(schema.record, `${path}/record`, visit)
      return
    case 'query':
      descend(schema.parameters, `${path}/parameters`, visit)
      descend(schema.output?.schema, `${path}/output/schema`, visit)
      return
    case 'procedure':
      descend(schema.parameters, `${path}/parameters`, visit)
      descend(schema.input?.schema, `${path}/input/schema`, visit)
      descend(schema.output?.schema, `${path}/output/schema`, visit)
      return
    case 'subscription':
      descend(schema.parameters, `${path}/parameters`, visit)
      descend(schema.message.schema, `${path}/message/schema`, visit)
  }
}
