/** JSON Web Tokens, as far as service auth needs them: https://www.rfc-editor.org/rfc/rfc7519 */

export interface DecodedJwt {
  header: Readonly<Record<string, unknown>>
  payload: Readonly<Record<string, unknown>>
  /** What the signature is over. */
  signed: Uint8Array
  signature: Uint8Array
}

const maxLength = 8192

/** Takes a token apart; `undefined` for anything but two JSON objects and a signature in strict base64url. */
export function decodeJwt(token: string): DecodedJwt | undefined {
  if (token.length > maxLength) return undefined
  const parts = token.split('.')
  if (parts.length !== 3) return undefined
  const [header, payload] = [jsonObject(parts[0]!), jsonObject(parts[1]!)]
  const signature = decodeBase64Url(parts[2]!)
  if (!header || !payload || !signature) return undefined
  return { header, payload, signed: new TextEncoder().encode(`${parts[0]}.${parts[1]}`), signature }
}

/** Puts a token together and signs it. */
export function encodeJwt(header: object, payload: object, sign: (message: Uint8Array) => Uint8Array): string {
  const text = new TextEncoder()
  const signed = [header, payload].map((part) => encodeBase64Url(text.encode(JSON.stringify(part)))).join('.')
  return `${signed}.${encodeBase64Url(sign(text.encode(signed)))}`
}

function jsonObject(part: string): Record<string, unknown> | undefined {
  const bytes = decodeBase64Url(part)
  if (!bytes) return undefined
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    // Any object that is not a list has string keys.
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function decodeBase64Url(text: string): Uint8Array | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
    // One text for each value: stray bits at the end would make others.
    return encodeBase64Url(bytes) === text ? bytes : undefined
  } catch {
    return undefined
  }
}

function encodeBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
