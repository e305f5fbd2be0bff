export {
  type BenchmarkOptions,
  type BenchmarkResult,
  benchmark,
  type CandidateResult,
  median,
  type Work,
} from './bench.ts'
export { type FuzzFailure, type FuzzOptions, type FuzzReport, type FuzzTarget, fuzz } from './fuzz.ts'
export { fuzzMain } from './fuzz-main.ts'
export { interopDir, interopJson, interopLines, type VectorSource, vectorSources } from './interop.ts'
