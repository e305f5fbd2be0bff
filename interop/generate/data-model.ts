import * as atcuteCbor from '@atcute/cbor'
import * as atcuteCid from '@atcute/cid'
import * as ours from '@atoll/data-model'
import * as lexCbor from '@atproto/lex-cbor'
import * as lexJson from '@atproto/lex-json'
import * as ipld from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { type Block, invalidBlocks, validBlocks } from './data-model/blocks.ts'
import { cidCases } from './data-model/cids.ts'
import { decisions } from './data-model/decisions.ts'
import { cidOf, encodeJson, type Json } from './data-model/drisl.ts'
import { invalidJsonTexts } from './data-model/json-texts.ts'
import { type Example, fixtures, invalidExamples, validExamples } from './data-model/records.ts'
import { jsonLines, jsonText } from './json.ts'
import { Verdicts, verdictOf } from './verdicts.ts'

/** Values in JSON and DAG-CBOR with their CIDs, and what must be refused in each form. */
export async function dataModelVectors(): Promise<Map<string, string>> {
  const verdicts = new Verdicts(decisions)
  const files = new Map<string, string>()
  const file = (name: string) => `data-model/${name}.json`

  for (const { note, json } of fixtures()) {
    verdicts.compare(file('data-model-fixtures'), note, 'valid', await codecVerdicts(json))
  }
  files.set(file('data-model-fixtures'), jsonText(fixtures().map(fixtureOf)))

  for (const [name, verdict, examples] of [
    ['data-model-valid', 'valid', validExamples()],
    ['data-model-invalid', 'invalid', invalidExamples()],
  ] as const) {
    for (const { note, json, specification = verdict } of examples) {
      const said = { ...(await recordVerdicts(json)), 'the specification': specification }
      verdicts.compare(file(name), note, verdict, said)
    }
    files.set(file(name), jsonText(examples.map(({ note, json }) => ({ note, json }))))
  }

  for (const [name, verdict, blocks] of [
    ['cbor-valid', 'valid', validBlocks()],
    ['cbor-invalid', 'invalid', invalidBlocks()],
  ] as const) {
    for (const { note, bytes } of blocks) {
      verdicts.compare(file(name), note, verdict, await (verdict === 'valid' ? roundTrips(bytes) : readings(bytes)))
    }
    files.set(file(name), jsonLines(blocks.map(blockOf)))
  }

  for (const { note, text } of invalidJsonTexts()) {
    verdicts.compare(file('json-text-invalid'), note, 'invalid', await textVerdicts(text))
  }
  files.set(file('json-text-invalid'), jsonLines(invalidJsonTexts()))

  for (const { note, text, valid } of cidCases()) {
    verdicts.compare(file('cids'), note, valid ? 'valid' : 'invalid', await cidVerdicts(text))
  }
  files.set(file('cids'), jsonLines(cidCases()))
  files.set(file('disagreements'), jsonLines(verdicts.disagreements()))
  return files
}

function fixtureOf({ note, json }: Example) {
  const bytes = encodeJson(json)
  return { note, json, cbor_base64: Buffer.from(bytes).toString('base64').replaceAll('=', ''), cid: cidOf(bytes) }
}

function blockOf({ note, bytes }: Block) {
  return { note, cbor_hex: Buffer.from(bytes).toString('hex') }
}

type Judges = Record<string, () => unknown>

async function judged(judges: Judges): Promise<Record<string, string>> {
  const verdicts = Object.entries(judges).map(async ([name, judge]) => [name, await verdictOf(judge)] as const)
  return Object.fromEntries(await Promise.all(verdicts))
}

/** Valid: the JSON encodes to these bytes, and the bytes to this JSON. */
function codecVerdicts(json: Json): Promise<Record<string, string>> {
  const bytes = encodeJson(json)
  const same = (encoded: Uint8Array, decoded: unknown) =>
    Buffer.compare(encoded, bytes) === 0 && canonical(decoded) === canonical(json)
  return judged({
    '@atoll/data-model': () => same(ours.encodeCbor(ours.jsonToValue(json)), ours.valueToJson(ours.decodeCbor(bytes))),
    '@atproto/lex-cbor': () =>
      same(lexCbor.encode(lexJson.jsonToLex(json, { strict: true })), lexJson.lexToJson(lexCbor.decode(bytes))),
    '@atcute/cbor': () => same(atcuteCbor.encode(json), JSON.parse(JSON.stringify(atcuteCbor.decode(bytes)))),
    '@ipld/dag-cbor': () => same(ipld.encode(fromJson(json)), toJson(ipld.decode(bytes))),
  })
}

/** Valid: the JSON is a map in the data model. */
function recordVerdicts(json: Json): Promise<Record<string, string>> {
  const isMap = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
  return judged({
    '@atoll/data-model': () => ours.isValueMap(ours.jsonToValue(json)),
    '@atproto/lex-json': () => {
      const value = lexJson.jsonToLex(json, { strict: true })
      return isMap(value) && !(value instanceof Uint8Array) && CID.asCID(value) === null
    },
    '@atcute/cbor': () => isMap(json) && isMap(JSON.parse(JSON.stringify(atcuteCbor.decode(atcuteCbor.encode(json))))),
  })
}

/** Valid: the text is read, whatever value results. */
function textVerdicts(text: string): Promise<Record<string, string>> {
  return judged({
    '@atoll/data-model': () => [ours.parseJson(text)],
    '@atproto/lex-json': () => [lexJson.lexParse(text, { strict: true })],
  })
}

/** Valid: the bytes are read, whatever value results. */
function readings(bytes: Uint8Array): Promise<Record<string, string>> {
  const decoders: Record<string, (bytes: Uint8Array) => unknown> = {
    '@atoll/data-model': ours.decodeCbor,
    '@atproto/lex-cbor': lexCbor.decode,
    '@atcute/cbor': atcuteCbor.decode,
    '@ipld/dag-cbor': ipld.decode,
  }
  return judged(Object.fromEntries(Object.entries(decoders).map(([name, decode]) => [name, () => [decode(bytes)]])))
}

/** Valid: the bytes are read, and written back unchanged. */
function roundTrips(bytes: Uint8Array): Promise<Record<string, string>> {
  const same = (encoded: Uint8Array) => Buffer.compare(encoded, bytes) === 0
  return judged({
    '@atoll/data-model': () => same(ours.encodeCbor(ours.decodeCbor(bytes))),
    '@atproto/lex-cbor': () => same(lexCbor.encode(lexCbor.decode(bytes))),
    '@atcute/cbor': () => same(atcuteCbor.encode(atcuteCbor.decode(bytes))),
    '@ipld/dag-cbor': () => same(ipld.encode(ipld.decode(bytes))),
  })
}

function cidVerdicts(text: string): Promise<Record<string, string>> {
  return judged({
    '@atoll/data-model': () => ours.parseCid(text),
    multiformats: () => CID.parse(text),
    '@atcute/cid': () => atcuteCid.fromString(text),
  })
}

/** The values that @ipld/dag-cbor uses for links and bytes. */
function fromJson(json: Json): unknown {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return json.map(fromJson)
  if (typeof json['$link'] === 'string') return CID.parse(json['$link'])
  if (typeof json['$bytes'] === 'string') return Uint8Array.from(Buffer.from(json['$bytes'], 'base64'))
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, fromJson(value)]))
}

function toJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(toJson)
  const cid = CID.asCID(value)
  if (cid) return { $link: cid.toString() }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64').replaceAll('=', '') }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member)]))
}

/** JSON with sorted keys and no padding of base64, so that equal values have equal texts. */
function canonical(json: unknown): string {
  return JSON.stringify(json, (key, value) => {
    if (key === '$bytes' && typeof value === 'string') return value.replaceAll('=', '')
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
