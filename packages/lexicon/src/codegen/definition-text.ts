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
import { GENERATED } from './imports.ts'
import { definitionName, documentName, pascalCase, typeNameOf, valueNameOf } from './names.ts'
import { partsOf } from './parts.ts'
import { objectText, type Place, paramsText, spaced, typeText } from './type-text.ts'
import { comment, quote } from './writing.ts'

/** A declaration of the generated module: what it is called, and its text. */
export interface Declaration {
  readonly name: string
  readonly text: string
}

/**
 * Everything that is generated for one definition: its data, its types, and for `main` the
 * description.
 */
export function declareDefinition(
  document: LexiconDoc,
  name: string,
  definition: Definition,
  place: Place,
): Declaration[] {
  return [declareData(document, name, definition, place), ...declareUse(document, name, definition, place)]
}

function declareUse(document: LexiconDoc, name: string, definition: Definition, place: Place): Declaration[] {
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
      pureCall(
        place.imports.value(GENERATED, 'recordType'),
        [type],
        definitionName({ nsid: document.id, name: 'main' }),
      ),
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

  const main = definitionName({ nsid: document.id, name: 'main' })
  const describe = place.imports.value(GENERATED, method.type)
  declarations.push(declareConstant(name, pureCall(describe, types, main), method.description))
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

export function declareConstant(name: string, text: string, description?: string, type?: string): Declaration {
  const typed = type === undefined ? '' : `: ${type}`
  return { name, text: `${comment(description)}export const ${name}${typed} = ${text}\n` }
}

/** A definition as data: text, and what compiling it needs. */
function declareData(document: LexiconDoc, name: string, definition: Definition, { imports }: Place): Declaration {
  const reference = { nsid: document.id, name }
  const parts = partsOf(document.id, name, definition, imports)
  const args = [quote(typeName(reference)), quote(compactText(definition))]
  if (parts.length > 0) args.push(`() => [${parts.join(', ')}]`)
  const text = pureCall(imports.value(GENERATED, 'define'), [], args.join(', '))
  // Its type is written out: definitions may refer to each other in circles.
  return declareConstant(definitionName(reference), text, undefined, imports.type(GENERATED, 'DefinitionSource'))
}

/** A definition as JSON without descriptions: those are in the comments. */
function compactText(definition: Definition): string {
  return JSON.stringify(definition, (key, value) =>
    key === 'description' && typeof value === 'string' ? undefined : value,
  )
}
