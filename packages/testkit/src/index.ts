export { interopDir, interopJson, interopLines } from './interop.ts'
