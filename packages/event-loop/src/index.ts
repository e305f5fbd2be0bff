export { TimeSlice } from './time-slice.ts'
export { runAfterYield, runWhenIdle, yieldToEventLoop } from './yield.ts'
