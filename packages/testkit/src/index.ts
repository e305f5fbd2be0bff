export {
  type BenchmarkOptions,
  type BenchmarkResult,
  benchmark,
  type CandidateResult,
  median,
  type Work,
} from './bench.ts'
export { FakeNodeSocket, FakeSocket, socketsOf } from './fake-socket.ts'
export { type FuzzFailure, type FuzzOptions, type FuzzReport, type FuzzTarget, fuzz } from './fuzz.ts'
export { fuzzMain } from './fuzz-main.ts'
export { type VectorSource, vectorSources } from './interop.ts'
export { ManualClock, settled } from './manual-clock.ts'
export { type LongIntegerRecord, longIntegerRecords, type OddRecord, oddRecords } from './odd-records.ts'
