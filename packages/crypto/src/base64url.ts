/**
 * Unpadded base64url, in which signatures are written in tokens and in operations of did:plc:
 * https://www.rfc-editor.org/rfc/rfc4648#section-5
 */

/** One runtime's encoder and decoder. Decoders may be lenient: `decodeCanonical` is strict. */
export interface Base64Url {
  encode(bytes: Uint8Array): string
  /** Returns `undefined` for text that it cannot decode. */
  decode(text: string): Uint8Array | undefined
}

let fastest: Base64Url | undefined

/** Unpadded base64url. */
export function encodeBase64Url(bytes: Uint8Array): string {
  fastest ??= nodeBase64Url() ?? portableBase64Url
  return fastest.encode(bytes)
}

/** The bytes of canonical base64url; `undefined` for anything else. */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  fastest ??= nodeBase64Url() ?? portableBase64Url
  return decodeCanonical(fastest, text)
}

export function decodeCanonical(base64url: Base64Url, text: string): Uint8Array | undefined {
  const bytes = base64url.decode(text)
  // Padding, white space and stray bits after the last byte would be other spellings of the same
  // bytes.
  return bytes && base64url.encode(bytes) === text ? bytes : undefined
}

/**
 * Uses Node's `Buffer`, which is several times faster than the web's functions. Returns `undefined`
 * in other runtimes.
 */
export function nodeBase64Url(): Base64Url | undefined {
  const { Buffer } = globalThis
  if (Buffer === undefined) return undefined
  return {
    encode: ({ buffer, byteOffset, length }) => Buffer.from(buffer, byteOffset, length).toString('base64url'),
    decode: (text) => Buffer.from(text, 'base64url'),
  }
}

export const portableBase64Url: Base64Url = {
  encode: (bytes) =>
    btoa(String.fromCharCode(...bytes))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', ''),
  decode(text) {
    try {
      return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
    } catch {
      return undefined
    }
  },
}
