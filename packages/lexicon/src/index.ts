export { procedure, query, recordType, subscription } from './describe.ts'
export type {
  ArraySchema,
  BlobSchema,
  BodyDefinition,
  BooleanSchema,
  BytesSchema,
  CidLinkSchema,
  Definition,
  ErrorDefinition,
  FieldSchema,
  IntegerSchema,
  LexiconDoc,
  MessageDefinition,
  NamedDefinition,
  ObjectSchema,
  ParamArraySchema,
  ParamSchema,
  ParamsSchema,
  PermissionDefinition,
  PermissionSetDefinition,
  PrimaryDefinition,
  ProcedureDefinition,
  QueryDefinition,
  RecordDefinition,
  RefSchema,
  StringFormat,
  StringSchema,
  SubscriptionDefinition,
  TokenDefinition,
  UnionSchema,
  UnknownSchema,
} from './document.ts'
export { DocumentSource, document } from './document-source.ts'
export { LexiconError, LexiconResolutionError } from './errors.ts'
export { createLexicons, Lexicons } from './lexicons.ts'
export { lintLexicon } from './lint.ts'
export type { FindDocument } from './lint-references.ts'
export type {
  Body,
  ErrorsOf,
  GivenParams,
  GivenParamsOf,
  InputOf,
  MessageOf,
  Method,
  NoParams,
  OutputOf,
  ParamsOf,
  Procedure,
  Query,
  RawBody,
  RecordOf,
  RecordType,
  Subscription,
} from './methods.ts'
export { formatParams } from './params.ts'
export { checkLexicon, parseLexicon } from './parse.ts'
export { gatherDocuments, referredDocuments } from './referred-documents.ts'
export { type PublishedLexicon, type ResolveLexiconDeps, resolveLexicon } from './resolve-lexicon.ts'
export { describeIssues, type Issue, type IssueCode, type Result } from './result.ts'
export type { ValidateOptions } from './validation-context.ts'
export type { UnknownTypeName, UnknownVariant, Variant } from './variants.ts'
