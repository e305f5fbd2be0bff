export { checkSignupQueue } from './checkSignupQueue.ts'
