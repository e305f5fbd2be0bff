export { addReservedHandle } from './addReservedHandle.ts'
export { checkSignupQueue } from './checkSignupQueue.ts'
