import { createHash } from 'node:crypto'
import { base16 } from 'multiformats/bases/base16'
import { base58btc } from 'multiformats/bases/base58'
import { base64url } from 'multiformats/bases/base64'
import { type CurveName, curves, fromBytes, publicPoint, strangerTo, toBytes } from './ecdsa.ts'

/** The multicodec prefix of a curve's keys: the numbers 0x1200 and 0xe7 as varints. */
const codecs: Record<CurveName, number[]> = { p256: [0x80, 0x24], k256: [0xe7, 0x01] }

/** A private key that is public. */
export function secretOf(curve: CurveName, name: string): bigint {
  const digest = createHash('sha256').update(`${curve} ${name}`).digest()
  return (fromBytes(digest) % (curves[curve].n - 1n)) + 1n
}

export function didKey(curve: CurveName, secret: bigint): string {
  return `did:key:${multikey(codecs[curve], publicPoint(curve, secret, 'compressed'))}`
}

/** The point alone, as in older verification methods. */
export function multibase(
  curve: CurveName,
  secret: bigint,
  form: 'compressed' | 'uncompressed' = 'compressed',
): string {
  return base58btc.encode(publicPoint(curve, secret, form))
}

function multikey(codec: number[], point: ArrayLike<number>): string {
  return base58btc.encode(Uint8Array.of(...codec, ...Array.from(point)))
}

/** Private keys with their did:key, from the lowest to the highest. */
export function keyPairs(curve: CurveName): { secret: bigint; publicDidKey: string }[] {
  const { n } = curves[curve]
  const any = Array.from({ length: 8 }, (_, index) => secretOf(curve, `key ${index}`))
  return [1n, 2n, 3n, 0xffn, 2n ** 128n, n / 2n, n - 2n, n - 1n, ...any].map((secret) => ({
    secret,
    publicDidKey: didKey(curve, secret),
  }))
}

export interface DidKeyCase {
  note: string
  didKey: string
  valid: boolean
  curve?: CurveName
  /** For a valid one: the compressed point. */
  publicKeyHex?: string
}

export function didKeyCases(): DidKeyCase[] {
  return (['k256', 'p256'] as const).flatMap((curve) => [
    ...validKeys(curve),
    ...invalidKeys(curve).map(([note, text]) => ({ note: `${curve}: ${note}`, didKey: text, valid: false })),
  ])
}

function validKeys(curve: CurveName): DidKeyCase[] {
  return keyPairs(curve).map(({ secret, publicDidKey }, index) => ({
    note: `${curve}: key ${index}`,
    didKey: publicDidKey,
    valid: true,
    curve,
    publicKeyHex: Buffer.from(publicPoint(curve, secret, 'compressed')).toString('hex'),
  }))
}

function invalidKeys(curve: CurveName): [note: string, text: string][] {
  const secret = secretOf(curve, 'key 0')
  const good = didKey(curve, secret)
  const codec = codecs[curve]
  const point = publicPoint(curve, secret, 'compressed')
  const withBytes = (...bytes: number[]) => `did:key:${base58btc.encode(Uint8Array.from(bytes))}`
  const withX = (x: bigint) => withBytes(...codec, 2, ...toBytes(x))
  const content = Uint8Array.of(...codec, ...point)
  return [
    ['nothing after the scheme', 'did:key:'],
    ['only the prefix of a base', 'did:key:z'],
    ['no scheme', good.slice('did:key:'.length)],
    ['the scheme in upper case', good.replace('did:key', 'DID:KEY')],
    ['another method', good.replace('did:key', 'did:kee')],
    ['white space before it', ` ${good}`],
    ['white space after it', `${good} `],
    ['a line break after it', `${good}\n`],
    ['a fragment', `${good}#${good.slice('did:key:'.length)}`],
    ['a query', `${good}?a=b`],
    ['a path', `${good}/a`],
    ['a letter that base58 leaves out', `${good.slice(0, -1)}0`],
    ['another such letter', `${good.slice(0, -1)}l`],
    ['a letter too few', good.slice(0, -1)],
    ['base16 instead of base58', `did:key:${base16.encode(content)}`],
    ['base64 instead of base58', `did:key:${base64url.encode(content)}`],
    ['the prefix of base58 in upper case', good.replace('did:key:z', 'did:key:Z')],
    ['no codec', withBytes(...point)],
    ['the codec of the other curve', withBytes(...codecs[curve === 'p256' ? 'k256' : 'p256'], ...strange(curve))],
    ['the codec of Ed25519', withBytes(0xed, 0x01, ...point.subarray(1))],
    ['the codec of P-384', withBytes(0x81, 0x24, ...point)],
    ['the codec of a private key', withBytes(...(curve === 'p256' ? [0x86, 0x26] : [0x81, 0x26]), ...toBytes(secret))],
    ['the codec as a number of 16 bits', withBytes(...(curve === 'p256' ? [0x12, 0x00] : [0x00, 0xe7]), ...point)],
    ['the codec in a byte too many', withBytes(codec[0]!, codec[1]! | 0x80, 0, ...point)],
    ['a zero byte before the codec', withBytes(0, ...codec, ...point)],
    ['an uncompressed point', withBytes(...codec, ...publicPoint(curve, secret, 'uncompressed'))],
    ['a point in the hybrid form', withBytes(...codec, ...publicPoint(curve, secret, 'hybrid'))],
    ['a point of 32 bytes, without its sign', withBytes(...codec, ...point.subarray(1))],
    ['a point one byte short', withBytes(...codec, ...point.subarray(0, 32))],
    ['a byte after the point', withBytes(...codec, ...point, 0)],
    ['the mark of an uncompressed point on a compressed one', withBytes(...codec, 4, ...point.subarray(1))],
    ['an unknown mark of a point', withBytes(...codec, 5, ...point.subarray(1))],
    ['the point at infinity', withBytes(...codec, 0)],
    ['the point at infinity in 33 bytes', withBytes(...codec, ...new Uint8Array(33))],
    ['an x of no point', withX(strangerTo(curve, 1n))],
    ['another x of no point', withX(strangerTo(curve, fromBytes(point.subarray(1))))],
    ['an x past the field', withX(curves[curve].p + 1n)],
    ['an x of ones', withX(2n ** 256n - 1n)],
    ['a thousand letters', `did:key:z${'2'.repeat(1000)}`],
  ]
}

/** A point that is on one curve and not on the other. */
function strange(curve: CurveName): Uint8Array {
  const other = curve === 'p256' ? 'k256' : 'p256'
  return Uint8Array.of(
    2,
    ...toBytes(strangerTo(other, fromBytes(publicPoint(curve, secretOf(curve, 'key 0'), 'compressed').subarray(1)))),
  )
}
