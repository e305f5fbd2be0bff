export { updateDidDocument } from './updateDidDocument.ts'
export { withdrawSignUp } from './withdrawSignUp.ts'
