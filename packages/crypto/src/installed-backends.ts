import type { Backend, BackendName, SigningBackend, VerifyingBackend } from './backend.ts'
import type { Curve } from './curves.ts'
import { nobleSigning, nobleVerifying } from './noble.ts'

// Two tables, so that what only verifies is bundled without signing; marked as free of effects, so
// that a bundle that computes nothing is without the curves.
const verifying: Record<Curve, VerifyingBackend> = {
  p256: /* @__PURE__ */ nobleVerifying('p256'),
  k256: /* @__PURE__ */ nobleVerifying('k256'),
}
const signing: Record<Curve, SigningBackend> = {
  p256: /* @__PURE__ */ nobleSigning('p256'),
  k256: /* @__PURE__ */ nobleSigning('k256'),
}

/** The backend that verifies on a curve now. */
export function verifyingBackendOf(curve: Curve): VerifyingBackend {
  return verifying[curve]
}

/** The backend that signs on a curve now. */
export function signingBackendOf(curve: Curve): SigningBackend {
  return signing[curve]
}

/** Puts backends in force for the whole process. Keys that exist already follow. */
export function installBackends(backends: Iterable<Backend>): void {
  for (const backend of backends) {
    verifying[backend.curve] = backend
    signing[backend.curve] = backend
  }
}

/** Which backend computes on each curve: for the log line at start-up, and for tests. */
export function currentBackends(): Record<Curve, BackendName> {
  return { p256: verifying.p256.name, k256: verifying.k256.name }
}
