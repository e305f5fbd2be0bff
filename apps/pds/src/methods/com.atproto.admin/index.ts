export { updateAccountHandle } from './updateAccountHandle.ts'
