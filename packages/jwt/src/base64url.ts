/** Unpadded base64url: https://www.rfc-editor.org/rfc/rfc4648#section-5 */

/** Bits after the last whole byte are zero, so that each sequence of bytes has one spelling. */
const canonical = /^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/

/** Both ways, for text that is known to be canonical. */
export interface Base64Url {
  encode(bytes: Uint8Array): string
  decode(text: string): Uint8Array
}

let fastest: Base64Url | undefined

export function encodeBase64Url(bytes: Uint8Array): string {
  fastest ??= nodeBase64Url() ?? portableBase64Url
  return fastest.encode(bytes)
}

/** The bytes of canonical base64url; `undefined` for anything else. */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  fastest ??= nodeBase64Url() ?? portableBase64Url
  return canonical.test(text) ? fastest.decode(text) : undefined
}

/** By Node's `Buffer`, which is several times faster than the web's functions; `undefined` in other runtimes. */
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
  decode: (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0)),
}
