/** HMAC with SHA-256: https://www.rfc-editor.org/rfc/rfc2104 */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'

/** Computes the 32 bytes that authenticate a message. */
export type Mac = (message: Uint8Array) => Uint8Array

/** The fastest implementation of this runtime: Node's own, if there is one. */
export function macOf(secret: Uint8Array): Mac {
  return nodeMac(secret) ?? portableMac(secret)
}

export function portableMac(secret: Uint8Array): Mac {
  return (message) => hmac(sha256, secret, message)
}

/** Uses Node's own code. Returns `undefined` in other runtimes. */
export function nodeMac(secret: Uint8Array): Mac | undefined {
  const node = globalThis.process?.getBuiltinModule?.('node:crypto')
  if (!node) return undefined
  const key = node.createSecretKey(secret)
  return (message) => node.createHmac('sha256', key).update(message).digest()
}

/** Compares two values in a time that does not depend on where they differ. */
export function equalInConstantTime(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false
  let difference = 0
  for (let at = 0; at < one.length; at++) difference |= one[at]! ^ other[at]!
  return difference === 0
}
