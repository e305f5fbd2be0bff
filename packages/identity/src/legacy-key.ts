import type { Curve, PublicKey } from '@atoll/crypto'

interface CurveEquation {
  curve: Curve
  /** y² = x³ + ax + b (mod p) */
  p: bigint
  a: bigint
  b: bigint
}

const legacyTypes: Record<string, CurveEquation> = {
  EcdsaSecp256r1VerificationKey2019: {
    curve: 'p256',
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    a: -3n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  EcdsaSecp256k1VerificationKey2019: {
    curve: 'k256',
    p: 2n ** 256n - 2n ** 32n - 977n,
    a: 0n,
    b: 7n,
  },
}

/** A key of an old DID document: the type names the curve, and the text is the uncompressed point without a prefix. */
export function parseLegacyKey(type: string, text: string): PublicKey | undefined {
  const equation = Object.hasOwn(legacyTypes, type) ? legacyTypes[type] : undefined
  const bytes = text.startsWith('z') ? decodeBase58(text.slice(1)) : undefined
  if (!equation || bytes?.length !== 65 || bytes[0] !== 4) return undefined
  const x = bytes.subarray(1, 33)
  const y = bytes.subarray(33)
  if (!isOnCurve(equation, toBigInt(x), toBigInt(y))) return undefined
  return { curve: equation.curve, bytes: Uint8Array.of(2 + (y.at(-1)! & 1), ...x) }
}

function isOnCurve({ p, a, b }: CurveEquation, x: bigint, y: bigint): boolean {
  return x < p && y < p && (y * y - x * x * x - a * x - b) % p === 0n
}

function toBigInt(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

function decodeBase58(text: string): Uint8Array | undefined {
  if (text.length > 100 || text.startsWith('1')) return undefined // a point never begins with a zero byte
  let value = 0n
  for (const char of text) {
    const digit = alphabet.indexOf(char)
    if (digit < 0) return undefined
    value = value * 58n + BigInt(digit)
  }
  const bytes: number[] = []
  for (; value > 0n; value >>= 8n) bytes.push(Number(value & 0xffn))
  return Uint8Array.from(bytes.reverse())
}
