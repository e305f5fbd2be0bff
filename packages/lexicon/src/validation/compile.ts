import type { Definition, FieldSchema, RecordDefinition } from '../document/document.ts'
import { resolveTypeName } from '../document/references.ts'
import { compileBlob } from './check-blob.ts'
import { compileArray, compileObject } from './check-containers.ts'
import { checkUnknown, compileReference, compileUnion, type FindCheck } from './check-references.ts'
import { checkCidLink, compileBoolean, compileBytes, compileInteger, compileString } from './check-scalars.ts'
import { isMap } from './maps.ts'
import type { Check } from './validation-context.ts'

/** What compiling a schema of document `home` needs to know of other documents. */
export interface Scope {
  readonly home: string
  readonly find: FindCheck
}

/** Compiles a schema into one function. */
export function compileSchema(schema: FieldSchema, scope: Scope): Check {
  const compile = (inner: FieldSchema) => compileSchema(inner, scope)
  switch (schema.type) {
    case 'boolean':
      return compileBoolean(schema)
    case 'integer':
      return compileInteger(schema)
    case 'string':
      return compileString(schema)
    case 'bytes':
      return compileBytes(schema)
    case 'cid-link':
      return checkCidLink
    case 'blob':
      return compileBlob(schema)
    case 'array':
      return compileArray(schema, compile)
    case 'object':
      return compileObject(schema, compile)
    case 'ref':
      return compileReference(resolveTypeName(schema.ref, scope.home), scope.find)
    case 'union': {
      const types = schema.refs.map((ref) => resolveTypeName(ref, scope.home))
      return compileUnion(schema, types, scope.find)
    }
    case 'unknown':
      return checkUnknown
  }
}

/**
 * Compiles what a document defines. Definitions that describe no data (methods, tokens, permission
 * sets) have no check.
 */
export function compileDefinition(definition: Definition, scope: Scope): Check | undefined {
  switch (definition.type) {
    case 'record':
      return compileRecord(definition, scope)
    case 'query':
    case 'procedure':
    case 'subscription':
    case 'permission-set':
    case 'token':
      return undefined
    default:
      return compileSchema(definition, scope)
  }
}

function compileRecord({ record }: RecordDefinition, scope: Scope): Check {
  const checkObject = compileSchema(record, scope)
  return (value, context) => {
    const isNamed = !isMap(value) || value['$type'] === scope.home
    if (!isNamed) context.failAt('$type', 'record-type', `must be ${scope.home}`)
    return !context.isFull && checkObject(value, context) && isNamed
  }
}
