// Runs once before all tests, and says in one line when the published vectors are missing and not
// tested.
import { missingVectors } from './interop.ts'

export default function announceVectors(): void {
  const reason = missingVectors()
  if (reason !== undefined) console.warn(reason)
}
