// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { type Curve, generateKeyPair, importKeyPair, jwtAlgorithm, verifySignature } from '@atoll/crypto'

const curves: Curve[] = ['p256', 'k256']

export function scenario() {
  const message = new TextEncoder().encode('low tide')
  return curves.map((curve) => {
    const pair = generateKeyPair(curve)
    const signature = pair.sign(message)
    const changed = signature.with(40, signature[40]! ^ 1)
    return {
      algorithm: jwtAlgorithm(curve),
      key: importKeyPair(curve, new Uint8Array(32).fill(7)).didKey(),
      verified: verifySignature(pair.didKey(), message, signature),
      refused: !verifySignature(pair.didKey(), message, changed),
    }
  })
}

export const expected = [
  {
    algorithm: 'ES256',
    key: 'did:key:zDnaejgmAHMLkBPMBWnkBxyGxpXx8LgE4WJAYDhwZzyoRAddF',
    verified: true,
    refused: true,
  },
  {
    algorithm: 'ES256K',
    key: 'did:key:zQ3shXgWjVsCJsv9mBm6kVqFSjAnErMg3zG9CcyvmUCCaFRCr',
    verified: true,
    refused: true,
  },
]
