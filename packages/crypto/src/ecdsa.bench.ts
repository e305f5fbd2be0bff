import { benchmark } from '@atoll/testkit'
import * as reference from '@atproto/crypto'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { type Curve, generateKeyPair, parseDidKey, verifySignature } from './index.ts'
import { useNodeBackends } from './node.ts'

const libraries = { p256, k256: secp256k1 }
const curves: Curve[] = ['p256', 'k256']
// As long as an unsigned commit, and each call takes the next of many.
const messages = Array.from({ length: 64 }, (_, at) => new Uint8Array(190).fill(at))

for (const curve of curves) {
  const { pair, theirs, next } = await keysOf(curve)
  const secretKey = pair.exportPrivateKey()
  // @atproto/crypto has version 1 of the curves, which does not blind the secret number; version 2
  // and we do.
  await benchmark(
    `${curve} sign, portable`,
    {
      atoll: () => pair.sign(next().message),
      '@atproto/crypto': () => theirs.sign(next().message),
      '@noble/curves': () => libraries[curve].sign(next().message, secretKey),
    },
    { floor: 1 },
  )
  await benchmark(
    `${curve} verify, portable`,
    { atoll: () => ours(next()), '@atproto/crypto': () => referenceVerify(next()) },
    { floor: 1 },
  )
}

console.log('backends on Node:', useNodeBackends(), '\n')

for (const curve of curves) {
  const { pair, next } = await keysOf(curve)
  const secretKey = pair.exportPrivateKey()
  await benchmark(
    `${curve} sign, Node`,
    { atoll: () => pair.sign(next().message), '@noble/curves': () => libraries[curve].sign(next().message, secretKey) },
    { floor: curve === 'k256' ? 10 : 20 },
  )
  const publicKey = pair.publicKey.bytes
  await benchmark(
    `${curve} verify, Node`,
    {
      atoll: () => ours(next()),
      '@noble/curves': () => {
        const { signature, message } = next()
        return libraries[curve].verify(signature, message, publicKey)
      },
      'atoll, by a key never seen before': () => {
        const { signature, message } = next()
        return verifySignature({ curve, bytes: publicKey }, message, signature)
      },
    },
    { floor: 25 },
  )
}

interface Signed {
  did: `did:key:z${string}`
  message: Uint8Array
  signature: Uint8Array
}

function ours({ did, message, signature }: Signed): boolean {
  return verifySignature(did, message, signature)
}

function referenceVerify({ did, message, signature }: Signed): Promise<boolean> {
  return reference.verifySignature(did, message, signature)
}

async function keysOf(curve: Curve) {
  const pair = generateKeyPair(curve)
  const kind = curve === 'p256' ? reference.P256Keypair : reference.Secp256k1Keypair
  const theirs = await kind.import(pair.exportPrivateKey())
  const did = pair.didKey()
  const signed: Signed[] = messages.map((message) => ({ did, message, signature: pair.sign(message) }))
  if (parseDidKey(theirs.did()) !== parseDidKey(did)) throw new Error('the two libraries disagree on a key')
  let turn = 0
  return { pair, theirs, next: () => signed[turn++ % signed.length]! }
}
