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
} from './document/document.ts'
export { referredDocuments } from './document/referred-documents.ts'
export { LexiconError } from './errors.ts'
export { createLexicons, Lexicons } from './lexicons.ts'
export { lintLexicon } from './lint/lint.ts'
export type { FindDocument } from './lint/lint-references.ts'
export { procedure, query, recordType, subscription } from './methods/describe.ts'
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
} from './methods/methods.ts'
export { formatParams } from './methods/params.ts'
export { checkLexicon, parseLexicon } from './parse/parse.ts'
export type { DefinitionSource } from './validation/definition-source.ts'
export { DocumentSource, document } from './validation/document-source.ts'
export { describeIssues, type Issue, type IssueCode, type Result } from './validation/result.ts'
export type { ValidateOptions } from './validation/validation-context.ts'
export type { UnknownTypeName, UnknownVariant, Variant } from './validation/variants.ts'
