export { resolveHandle } from './resolveHandle.ts'
export { updateHandle } from './updateHandle.ts'
