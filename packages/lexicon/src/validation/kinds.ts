import type {
  ArraySchema,
  BlobSchema,
  BooleanSchema,
  BytesSchema,
  CidLinkSchema,
  IntegerSchema,
  ObjectSchema,
  RecordDefinition,
  RefSchema,
  StringSchema,
  UnionSchema,
  UnknownSchema,
} from '../document/document.ts'
import { compileBlob } from './check-blob.ts'
import { compileArray, compileObject } from './check-containers.ts'
import { compileRecord } from './check-record.ts'
import { checkUnknown, compileReference, compileUnion } from './check-references.ts'
import { checkCidLink, compileBoolean, compileBytes, compileInteger, compileString } from './check-scalars.ts'
import type { SchemaKind } from './scope.ts'

export const arrayKind: SchemaKind<ArraySchema> = { name: 'array', compile: compileArray }
export const blobKind: SchemaKind<BlobSchema> = { name: 'blob', compile: compileBlob }
export const booleanKind: SchemaKind<BooleanSchema> = { name: 'boolean', compile: compileBoolean }
export const bytesKind: SchemaKind<BytesSchema> = { name: 'bytes', compile: compileBytes }
export const cidLinkKind: SchemaKind<CidLinkSchema> = { name: 'cid-link', compile: () => checkCidLink }
export const integerKind: SchemaKind<IntegerSchema> = { name: 'integer', compile: compileInteger }
export const objectKind: SchemaKind<ObjectSchema> = { name: 'object', compile: compileObject }
export const recordKind: SchemaKind<RecordDefinition> = { name: 'record', compile: compileRecord }
export const refKind: SchemaKind<RefSchema> = { name: 'ref', compile: compileReference }
export const stringKind: SchemaKind<StringSchema> = { name: 'string', compile: compileString }
export const unionKind: SchemaKind<UnionSchema> = { name: 'union', compile: compileUnion }
export const unknownKind: SchemaKind<UnknownSchema> = { name: 'unknown', compile: () => checkUnknown }
