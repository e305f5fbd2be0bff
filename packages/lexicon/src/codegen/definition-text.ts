import type {
  BodyDefinition,
  Definition,
  ErrorDefinition,
  LexiconDoc,
  ParamsSchema,
  ProcedureDefinition,
  QueryDefinition,
  RecordDefinition,
  SubscriptionDefinition,
} from '../document/document.ts'
import { typeName } from '../document/references.ts'
import { documentName, pascalCase, sourceName, typeNameOf, valueNameOf } from './names.ts'
import { objectText, type Place, paramsText, spaced, typeText } from './type-text.ts'
import { comment, quote } from './writing.ts'

/** A declaration of the generated module: what it is called, and its text. */
export interface Declaration {
  readonly name: string
  readonly text: string
}

/** Everything that is generated for one definition: its types, and for `main` the description. */
export function declareDefinition(
  document: LexiconDoc,
  name: string,
  definition: Definition,
  place: Place,
): Declaration[] {
  const reference = { nsid: document.id, name }
  switch (definition.type) {
    case 'query':
    case 'procedure':
    case 'subscription':
      return declareMethod(document, definition, place)
    case 'record':
      return declareRecord(document, definition, place)
    case 'permission-set':
      return []
    case 'token': {
      const constant = valueNameOf(reference)
      return [declareConstant(constant, quote(typeName(reference)), definition.description)]
    }
    default:
      return [declareType(typeNameOf(reference), typeText(definition, place), definition.description)]
  }
}

function declareRecord(document: LexiconDoc, { record, description }: RecordDefinition, place: Place): Declaration[] {
  const name = valueNameOf({ nsid: document.id, name: 'main' })
  const type = pascalCase(documentName(document.id))
  return [
    declareType(type, objectText(record, place, `$type: ${quote(document.id)}`), description),
    declareConstant(
      name,
      pureCall(place.imports.value('@atoll/lexicon', 'recordType'), [type], sourceName(document.id)),
      description,
    ),
  ]
}

type MethodDefinition = QueryDefinition | ProcedureDefinition | SubscriptionDefinition

function declareMethod(document: LexiconDoc, method: MethodDefinition, place: Place): Declaration[] {
  const name = valueNameOf({ nsid: document.id, name: 'main' })
  const type = pascalCase(documentName(document.id))
  const declarations: Declaration[] = []
  const declare = (suffix: string, text: string): string => {
    declarations.push(declareType(type + suffix, text))
    return type + suffix
  }

  const types = [
    hasParams(method.parameters)
      ? declare('Params', paramsText(method.parameters, place))
      : place.imports.type('@atoll/lexicon', 'NoParams'),
  ]
  if (method.type === 'subscription') types.push(declare('Message', typeText(method.message.schema, place)))
  if (method.type === 'procedure') types.push(bodyType(method.input, 'Input', declare, place))
  if (method.type !== 'subscription') types.push(bodyType(method.output, 'Output', declare, place))
  const defaults = namesWithDefault(method.parameters)
  if (method.errors?.length) types.push(declare('Error', errorNames(method.errors)))
  else if (defaults !== '') types.push('never')
  if (defaults !== '') types.push(defaults)

  const describe = place.imports.value('@atoll/lexicon', method.type)
  declarations.push(declareConstant(name, pureCall(describe, types, sourceName(document.id)), method.description))
  return declarations
}

function bodyType(
  body: BodyDefinition | undefined,
  suffix: string,
  declare: (suffix: string, text: string) => string,
  place: Place,
): string {
  if (body === undefined) return 'undefined'
  if (body.schema !== undefined) return declare(suffix, typeText(body.schema, place))
  if (body.encoding === 'application/json') return place.imports.type('@atoll/data-model', 'Value')
  return place.imports.type('@atoll/lexicon', 'RawBody')
}

function hasParams(params: ParamsSchema | undefined): params is ParamsSchema {
  return Object.keys(params?.properties ?? {}).length > 0
}

function namesWithDefault({ properties = {} }: Partial<ParamsSchema> = {}): string {
  const named = Object.entries(properties).filter(([, schema]) => 'default' in schema)
  return named.map(([name]) => quote(name)).join(' | ')
}

function errorNames(errors: readonly ErrorDefinition[]): string {
  return errors.map(({ name }) => quote(name)).join(' | ')
}

/** A call that bundlers may drop when nobody uses its result. */
export function pureCall(callee: string, types: readonly string[], args: string): string {
  return `/* @__PURE__ */ ${callee}${types.length === 0 ? '' : `<${types.join(', ')}>`}(${args})`
}

function declareType(name: string, text: string, description?: string): Declaration {
  return { name, text: `${comment(description)}export type ${name} =${spaced(text)}\n` }
}

export function declareConstant(name: string, text: string, description?: string): Declaration {
  return { name, text: `${comment(description)}export const ${name} = ${text}\n` }
}
