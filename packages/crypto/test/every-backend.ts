import type { Backend } from '../src/backend.ts'
import { installBackends, signingBackendOf, verifyingBackendOf } from '../src/installed-backends.ts'
import { libsecp256k1Backend } from '../src/libsecp256k1.ts'
import { nobleBackend } from '../src/noble.ts'
import { opensslBackend } from '../src/openssl.ts'

/** Every backend of this machine, for the tests of this package. */
export function everyBackend(): Backend[] {
  const all = [nobleBackend('p256'), opensslBackend('p256'), nobleBackend('k256'), opensslBackend('k256')]
  const native = libsecp256k1Backend()
  return native === undefined ? all : [...all, native]
}

/** Runs work with a backend in force, and then puts back what was there. */
export function withBackend<T>(backend: Backend, work: () => T): T {
  const before = { ...verifyingBackendOf(backend.curve), ...signingBackendOf(backend.curve) }
  installBackends([backend])
  try {
    return work()
  } finally {
    installBackends([before])
  }
}
