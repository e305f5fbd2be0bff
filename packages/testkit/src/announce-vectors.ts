// Runs once before all tests: what is not tested for want of the published vectors is said in one line.
import { missingVectors } from './interop.ts'

export default function announceVectors(): void {
  const reason = missingVectors()
  if (reason !== undefined) console.warn(reason)
}
