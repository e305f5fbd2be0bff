// What generated modules are made with. Each part is a value of its own, so that a bundle of one
// record type or method holds only the parts that its schemas use.
export { procedure, query, recordType, subscription } from './methods/describe.ts'
export { type DefinitionSource, define } from './validation/definition-source.ts'
export { DocumentSource } from './validation/document-source.ts'
export { fieldLookup } from './validation/field-lookup.ts'
export {
  atIdentifierFormat,
  atUriFormat,
  cidFormat,
  datetimeFormat,
  didFormat,
  handleFormat,
  languageFormat,
  nsidFormat,
  recordKeyFormat,
  tidFormat,
  uriFormat,
} from './validation/formats.ts'
export {
  arrayKind,
  blobKind,
  booleanKind,
  bytesKind,
  cidLinkKind,
  integerKind,
  objectKind,
  recordKind,
  refKind,
  stringKind,
  unionKind,
  unknownKind,
} from './validation/kinds.ts'
export type { Part } from './validation/scope.ts'
export { graphemesMeasure, lengthMeasure } from './validation/text-measures.ts'
