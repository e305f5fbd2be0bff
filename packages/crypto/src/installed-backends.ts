import type { Backend, BackendName } from './backend.ts'
import type { Curve } from './curves.ts'
import { nobleBackend } from './noble.ts'

// Marked as free of effects, so that a bundle that computes nothing is without the curves.
const installed: Record<Curve, Backend> = {
  p256: /* @__PURE__ */ nobleBackend('p256'),
  k256: /* @__PURE__ */ nobleBackend('k256'),
}

/** The backend that computes on a curve now. */
export function backendOf(curve: Curve): Backend {
  return installed[curve]
}

/** Puts backends in force for the whole process. Keys that exist already follow. */
export function installBackends(backends: Iterable<Backend>): void {
  for (const backend of backends) installed[backend.curve] = backend
}

/** Which backend computes on each curve: for the log line at start-up, and for tests. */
export function currentBackends(): Record<Curve, BackendName> {
  return { p256: installed.p256.name, k256: installed.k256.name }
}
