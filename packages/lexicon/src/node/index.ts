export { type CommandOutput, runCodegen } from './codegen-command.ts'
export { CommandError, isCorrectable } from './command-error.ts'
export { readPublishedLexicons } from './published-lexicons.ts'
export { readDocuments } from './read-documents.ts'
