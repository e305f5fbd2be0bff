export { withdrawSignUp } from './withdrawSignUp.ts'
