import { asciiBytes, maxLastLength, portableSha256, shortAsciiSha256 } from './portable.ts'

const digestLength = 32

/**
 * A digest as a string of one char a byte: what Node hands over in a third of the time that a
 * Buffer takes.
 */
type DigestText = (content: Uint8Array | string) => string

let native: DigestText | undefined
let asked = false

/**
 * The SHA-256 digest of `bytes`, 32 bytes, synchronously: by OpenSSL under Node, else in portable
 * JavaScript.
 */
export function sha256(bytes: Uint8Array): Uint8Array {
  const digest = new Uint8Array(digestLength)
  writeSha256(digest, 0, bytes)
  return digest
}

/** Writes the digest of `bytes` into `out` at `at`. */
export function writeSha256(out: Uint8Array, at: number, bytes: Uint8Array): void {
  const digestText = nativeSha256()
  if (digestText === undefined) {
    const words = portableSha256(bytes)
    for (let index = 0; index < digestLength; index++) out[at + index] = byteOf(words, index)
  } else {
    const text = digestText(bytes)
    for (let index = 0; index < digestLength; index++) out[at + index] = text.charCodeAt(index)
  }
}

/** Whether the digest of `bytes` stands in `expected` at `at`. */
export function isSha256(expected: Uint8Array, at: number, bytes: Uint8Array): boolean {
  const digestText = nativeSha256()
  if (digestText === undefined) {
    const words = portableSha256(bytes)
    for (let index = 0; index < digestLength; index++) if (byteOf(words, index) !== expected[at + index]) return false
    return true
  }
  const text = digestText(bytes)
  for (let index = 0; index < digestLength; index++) {
    if (text.charCodeAt(index) !== expected[at + index]) return false
  }
  return true
}

const longDigest = /* @__PURE__ */ new Int32Array(8)

/**
 * The digest of a text of ASCII characters, as eight words. The next call may overwrite it. A short
 * text is hashed here, which takes less time than calling native code does.
 */
export function asciiSha256(text: string): Int32Array {
  if (text.length <= maxLastLength) return shortAsciiSha256(text)
  const digestText = nativeSha256()
  if (digestText === undefined) return portableSha256(asciiBytes(text))
  const digest = digestText(text)
  for (let word = 0, at = 0; word < 8; word++) {
    longDigest[word] =
      (digest.charCodeAt(at++) << 24) |
      (digest.charCodeAt(at++) << 16) |
      (digest.charCodeAt(at++) << 8) |
      digest.charCodeAt(at++)
  }
  return longDigest
}

function byteOf(words: Int32Array, index: number): number {
  return (words[index >> 2]! >>> (24 - (index & 3) * 8)) & 0xff
}

/**
 * Asked for at first use: nothing is imported, so bundles for browsers stay free of Node's modules.
 */
function nativeSha256(): DigestText | undefined {
  if (asked) return native
  asked = true
  const hash = globalThis.process?.getBuiltinModule?.('node:crypto')?.hash
  if (hash) native = (content) => hash('sha256', content, 'binary')
  return native
}
