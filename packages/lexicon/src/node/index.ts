export { type CommandOutput, runCodegen } from './codegen-command.ts'
export { CommandError } from './command-error.ts'
export { readPublishedLexicons } from './published-lexicons.ts'
export { readDocuments } from './read-documents.ts'
