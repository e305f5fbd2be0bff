export {
  type BlobRef,
  findBlobRefs,
  findLegacyBlobRefs,
  isBlobRef,
  isLegacyBlobRef,
  type LegacyBlobRef,
} from './blob-ref.ts'
export { type Block, blockOf, blockOfSection, type Section, type SectionRun, sectionOf } from './block.ts'
export { BlockMap } from './block-map.ts'
export { decodeCbor, decodeFirstCbor } from './cbor-decode.ts'
export { encodeCbor } from './cbor-encode.ts'
export { cborToJson, cborToJsonBytes } from './cbor-to-json.ts'
export {
  CID_LENGTH,
  Cid,
  type Codec,
  cidOfCbor,
  cidOfDigest,
  cidOfRaw,
  decodeCid,
  isCid,
  parseCid,
  verifyCid,
} from './cid.ts'
export { CidMap } from './cid-map.ts'
export { CborError, type CborReason, DataModelError, InvalidCidError } from './errors.ts'
export { fingerprint } from './fingerprint.ts'
export { freeMemory } from './free-memory.ts'
export { JsonBuilder } from './json-builder.ts'
export { type JsonOptions, jsonToValue, parseJson } from './json-read.ts'
export { stringifyJson, valueToJson } from './json-write.ts'
export { isValueMap } from './plain-object.ts'
export { sha256 } from './sha256.ts'
export type { Json, Limits, Value, ValueMap } from './value.ts'
