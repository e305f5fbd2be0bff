export { sha256 } from '@atoll/sha256'
export {
  type BlobRef,
  findBlobRefs,
  findLegacyBlobRefs,
  isBlobRef,
  isLegacyBlobRef,
  type LegacyBlobRef,
} from './blob-ref.ts'
export {
  type Block,
  blockOf,
  blockOfSection,
  type GetBlock,
  type Section,
  type SectionRun,
  type SectionSource,
  sectionOf,
} from './block.ts'
export { BlockMap, type BlockMapClass } from './block-map.ts'
export { decodeCbor, decodeFirstCbor } from './cbor/cbor-decode.ts'
export { encodeCbor } from './cbor/cbor-encode.ts'
export { formatBase32 } from './cid/base32.ts'
export {
  CID_LENGTH,
  Cid,
  type CidClass,
  type Codec,
  cidOfCbor,
  cidOfDigest,
  cidOfRaw,
  decodeCid,
  parseCid,
  verifyCid,
} from './cid/cid.ts'
export { CidMap } from './cid/cid-map.ts'
export { fingerprint } from './cid/fingerprint.ts'
export { isCid } from './cid/is-cid.ts'
export { CborError, type CborReason, DataModelError, InvalidCidError } from './errors.ts'
export { freeMemory } from './free-memory.ts'
export { cborToJson, cborToJsonBytes } from './json/cbor-to-json.ts'
export { JsonBuilder } from './json/json-builder.ts'
export { type JsonOptions, jsonToValue, parseJson } from './json/json-read.ts'
export { stringifyJson, valueToJson } from './json/json-write.ts'
export { isValueMap } from './plain-object.ts'
export type { Json, Limits, Value, ValueMap } from './value.ts'
