export { type BenchmarkOptions, type BenchmarkResult, benchmark, type CandidateResult, type Work } from './bench.ts'
export { interopDir, interopJson, interopLines } from './interop.ts'
