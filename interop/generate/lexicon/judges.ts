import { type LexiconDoc as AtcuteDoc, lexiconDoc, refineLexiconDoc } from '@atcute/lexicon-doc'
import { RecordValidator } from '@atcute/lexicon-doc/validations'
import { jsonToValue } from '@atoll/data-model'
import { checkLexicon, createLexicons, lintLexicon, parseLexicon } from '@atoll/lexicon'
import { isRecordKey } from '@atoll/syntax'
import { jsonToLex, Lexicons, parseLexiconDoc, type LexiconDoc as ReferenceDoc } from '@atproto/lexicon'
import { verdictOf } from '../verdicts.ts'
import { catalog, recordId } from './catalog.ts'
import type { RecordCase } from './records.ts'

type Judges = Record<string, string>

export async function judgedDocument(lexicon: unknown): Promise<Judges> {
  return {
    '@atoll/lexicon': await verdictOf(() => checkLexicon(lexicon).ok),
    '@atproto/lexicon': await verdictOf(() => parseLexiconDoc(structuredClone(lexicon)) !== undefined),
    '@atcute/lexicon-doc': await verdictOf(() => atcuteIssues(lexicon) === 0),
  }
}

/** What two linters say of a document that can be read: `reported`, or not. */
export function lintedDocument(lexicon: unknown, path: string): Judges {
  const paths = lintLexicon(parseLexicon(lexicon)).map((issue) => issue.path)
  return {
    '@atoll/lexicon': paths.includes(path) ? 'reported' : `reported: ${paths.join() || 'nothing'}`,
    '@atcute/lexicon-doc': atcuteIssues(lexicon) > 0 ? 'reported' : 'nothing',
  }
}

/** The issues found by its schema, or else by its further checks. */
function atcuteIssues(lexicon: unknown): number {
  const result = lexiconDoc['~standard'].validate(structuredClone(lexicon))
  if (result instanceof Promise) throw new Error('the schema of documents is not asynchronous')
  return result.issues ? result.issues.length : refineLexiconDoc(result.value, true).length
}

const documents = Object.values(catalog)

export async function judgedRecord({ rkey, data }: RecordCase): Promise<Judges> {
  const ours = createLexicons(documents.map(parseLexicon)).recordType(recordId)!
  const reference = new Lexicons(structuredClone(documents) as unknown as ReferenceDoc[])
  const atcute = new RecordValidator(Object.fromEntries(documents.map(byReference)), recordId)
  return {
    '@atoll/lexicon': await verdictOf(
      () => isRecordKey(rkey) && ours.takesKey(rkey) && ours.validate(jsonToValue(data as never)).ok,
    ),
    // It does not know of record keys.
    '@atproto/lexicon': await verdictOf(() => reference.validate(recordId, jsonToLex(data as never)).success),
    '@atcute/lexicon-doc': await verdictOf(() => atcute.is({ key: rkey, object: structuredClone(data) })),
  }
}

/**
 * A document as @atcute/lexicon-doc takes it: an object within an object has a definition of its
 * own there.
 */
function byReference(document: (typeof documents)[number]): [id: string, AtcuteDoc] {
  const copy = structuredClone(document) as { id: string; defs: Record<string, { record?: Properties } & Properties> }
  for (const definition of Object.values(copy.defs)) {
    const { properties = {} } = definition.record ?? definition
    for (const [name, property] of Object.entries(properties)) {
      if (property.type !== 'object') continue
      copy.defs[`${name}Object`] = property
      properties[name] = { type: 'ref', ref: `#${name}Object` }
    }
  }
  return [copy.id, copy as unknown as AtcuteDoc]
}

interface Properties {
  type?: string
  ref?: string
  properties?: Record<string, Properties>
}

export async function judgedKey(key: string, rkey: string): Promise<Judges> {
  const id = 'com.example.thing'
  const document = {
    lexicon: 1,
    id,
    defs: { main: { type: 'record', key, record: { type: 'object', properties: {} } } },
  }
  const type = createLexicons([parseLexicon(document)]).recordType(id)!
  const atcute = new RecordValidator({ [id]: document as AtcuteDoc }, id)
  return {
    '@atoll/lexicon': await verdictOf(() => isRecordKey(rkey) && type.takesKey(rkey)),
    '@atcute/lexicon-doc': await verdictOf(() => atcute.is({ key: rkey, object: { $type: id } })),
  }
}
