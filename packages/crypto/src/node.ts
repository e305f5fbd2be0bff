import { getCurves } from 'node:crypto'
import type { Backend, BackendName } from './backend.ts'
import type { Curve } from './curves.ts'
import { currentBackends, installBackends } from './installed-backends.ts'
import { libsecp256k1Backend } from './libsecp256k1.ts'
import { opensslBackend, opensslNames } from './openssl.ts'

let native: Backend[] | undefined

/**
 * Puts the fastest backends of this machine in force: OpenSSL for P-256, libsecp256k1 for K-256,
 * and OpenSSL for that too where the native package is missing. Call it once at start-up; what is
 * in force is returned.
 *
 * @example
 * const backends = useNodeBackends() // { p256: 'openssl', k256: 'libsecp256k1' }
 */
export function useNodeBackends(): Record<Curve, BackendName> {
  native ??= [openssl('p256'), libsecp256k1Backend() ?? openssl('k256')].filter((backend) => backend !== undefined)
  installBackends(native)
  return currentBackends()
}

// Some builds of Node's cryptography know fewer curves; the portable backend stays in force there.
function openssl(curve: Curve): Backend | undefined {
  return getCurves().includes(opensslNames[curve]) ? opensslBackend(curve) : undefined
}
