import { createHash } from 'node:crypto'
import { encodeJson } from '../data-model/drisl.ts'
import { createRandom } from '../random.ts'
import { type CurveName, compact, curves, der, lowered, raised, type Signature, sign, signDigest } from './ecdsa.ts'
import { didKey, multibase, secretOf } from './keys.ts'

/** In the published format. */
export interface SignatureCase {
  comment: string
  messageBase64: string
  algorithm: 'ES256' | 'ES256K'
  didDocSuite: string
  publicKeyDid: string
  publicKeyMultibase: string
  signatureBase64: string
  validSignature: boolean
  tags: string[]
}

export function signatureCases(): SignatureCase[] {
  return (['p256', 'k256'] as const).flatMap((curve) => [...validSignatures(curve), ...invalidSignatures(curve)])
}

const utf8 = (text: string) => new TextEncoder().encode(text)
const message = encodeJson({ hello: 'islands' })

function validSignatures(curve: CurveName): SignatureCase[] {
  const random = createRandom(`messages for ${curve}`)
  const signed = (comment: string, content: Uint8Array, name = comment) => {
    const secret = secretOf(curve, name)
    return signatureCase(curve, secret, comment, content, compact(sign(curve, secret, content)), true)
  }
  const uncompressed = secretOf(curve, 'uncompressed')
  return [
    signed('a block of CBOR', message),
    signed('an empty message', new Uint8Array()),
    signed('one byte', Uint8Array.of(0)),
    signed('a message longer than a block of SHA-256', random.bytes(65)),
    signed('ten kilobytes', random.bytes(10_000)),
    signed('a message that looks like a hash', createHash('sha256').update('atoll').digest()),
    ...Array.from({ length: 4 }, (_, index) => signed(`any message ${index}`, random.bytes(40))),
    ...(['r', 's'] as const).map((part) => short(curve, part)),
    ...([1n, 2n, curves[curve].n - 1n] as const).map((secret) =>
      signatureCase(
        curve,
        secret,
        `the private key ${secret > 2n ? 'n - 1' : secret}`,
        message,
        compact(sign(curve, secret, message)),
        true,
      ),
    ),
    {
      ...signatureCase(
        curve,
        uncompressed,
        'a key whose multibase form is the uncompressed point',
        message,
        compact(sign(curve, uncompressed, message)),
        true,
      ),
      publicKeyMultibase: multibase(curve, uncompressed, 'uncompressed'),
    },
  ]
}

/** A signature in which one number begins with a zero byte, as 1 in 256 does. */
function short(curve: CurveName, part: 'r' | 's'): SignatureCase {
  const secret = secretOf(curve, `short ${part}`)
  for (let counter = 0; ; counter++) {
    const content = utf8(`message ${counter}`)
    const signature = sign(curve, secret, content)
    if (signature[part] < 2n ** 248n) {
      return signatureCase(curve, secret, `${part} begins with a zero byte`, content, compact(signature), true)
    }
  }
}

function invalidSignatures(curve: CurveName): SignatureCase[] {
  const { n } = curves[curve]
  const secret = secretOf(curve, 'invalid')
  const good = sign(curve, secret, message)
  const bytes = compact(good)
  const refused = (comment: string, signature: Uint8Array, ...tags: string[]) =>
    signatureCase(curve, secret, comment, message, signature, false, tags)
  const numbers = (comment: string, changes: Partial<Signature>) => refused(comment, compact({ ...good, ...changes }))
  const otherMessage = sign(curve, secret, utf8('another message'))
  const otherKey = sign(curve, secretOf(curve, 'another key'), message)
  const digest = createHash('sha256').update(message).digest()
  return [
    refused('the other one of the two values for s', compact(raised(curve, good)), 'high-s'),
    refused('half of the order, rounded up, for s', compact({ r: good.r, s: n / 2n + 1n }), 'high-s'),
    refused('in the form of X.509', der(good), 'der-encoded'),
    refused('in the form of X.509, with the high value for s', der(raised(curve, good)), 'der-encoded', 'high-s'),
    refused('of another message', compact(otherMessage)),
    refused('of another key', compact(otherKey)),
    refused('with a bit of r changed', changed(bytes, 31)),
    refused('with a bit of s changed', changed(bytes, 63)),
    refused('with r and s exchanged', compact(lowered(curve, { r: good.s, s: good.r }))),
    numbers('r is zero', { r: 0n }),
    numbers('s is zero', { s: 0n }),
    refused('r and s are zero', new Uint8Array(64)),
    numbers('r is the order', { r: n }),
    numbers('s is the order', { s: n }),
    numbers('r is above the order', { r: n + 1n }),
    numbers('r and s are one', { r: 1n, s: 1n }),
    refused('all ones', new Uint8Array(64).fill(0xff)),
    refused('empty', new Uint8Array()),
    refused('one byte short', bytes.subarray(0, 63)),
    refused('without its first byte', bytes.subarray(1)),
    refused('only r', bytes.subarray(0, 32)),
    refused('with a byte after it', Uint8Array.of(...bytes, 0)),
    refused('with a byte before it', Uint8Array.of(0, ...bytes)),
    refused('with the mark of recovery after it', Uint8Array.of(...bytes, 27)),
    refused('twice', Uint8Array.of(...bytes, ...bytes)),
    refused(
      'with the bytes of each number backwards',
      Uint8Array.of(...bytes.slice(0, 32).reverse(), ...bytes.slice(32).reverse()),
    ),
    refused('over the message, not over its hash', compact(signDigest(curve, secret, cut(message)))),
    refused('over the hash of the hash', compact(sign(curve, secret, digest))),
    refused('over the hash in hexadecimal', compact(sign(curve, secret, utf8(digest.toString('hex'))))),
    refused('over SHA-512', compact(sign(curve, secret, message, 'sha512'))),
    refused('over SHA-384', compact(sign(curve, secret, message, 'sha384'))),
    refused('in hexadecimal', utf8(Buffer.from(bytes).toString('hex'))),
    refused('in base64', utf8(Buffer.from(bytes).toString('base64'))),
    crossed(curve),
  ]
}

/** A private key is valid for both curves, a signature for one. */
function crossed(curve: CurveName): SignatureCase {
  const other = curve === 'p256' ? 'k256' : 'p256'
  const secret = secretOf(curve, 'crossed')
  return signatureCase(
    curve,
    secret,
    'of the same private key on the other curve',
    message,
    compact(sign(other, secret, message)),
    false,
  )
}

function signatureCase(
  curve: CurveName,
  secret: bigint,
  comment: string,
  content: Uint8Array,
  signature: Uint8Array,
  validSignature: boolean,
  tags: string[] = [],
): SignatureCase {
  const isP256 = curve === 'p256'
  return {
    comment: `${isP256 ? 'P-256' : 'K-256'}, ${validSignature ? 'valid' : 'invalid'}: ${comment}`,
    messageBase64: base64(content),
    algorithm: isP256 ? 'ES256' : 'ES256K',
    didDocSuite: isP256 ? 'EcdsaSecp256r1VerificationKey2019' : 'EcdsaSecp256k1VerificationKey2019',
    publicKeyDid: didKey(curve, secret),
    publicKeyMultibase: multibase(curve, secret),
    signatureBase64: base64(signature),
    validSignature,
    tags,
  }
}

/** A message in place of its hash. */
function cut(content: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => content[index] ?? 0)
}

function changed(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '')
}
