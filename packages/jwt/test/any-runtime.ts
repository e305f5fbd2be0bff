// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { importKeyPair } from '@atoll/crypto'
import { ecdsaSigner, ecdsaVerifier, hmacKey, parseJwt, signJwt, verifyJwtSignature } from '@atoll/jwt'

export function scenario() {
  const secret = hmacKey('a secret of the reef')
  const pairs = (['p256', 'k256'] as const).map((curve) => importKeyPair(curve, new Uint8Array(32).fill(7)))
  const tokens = [secret, ...pairs.map(ecdsaSigner)].map((key) => signJwt({ typ: 'JWT' }, { sub: 'reef' }, key))
  const verifiers = [secret, ...pairs.map((pair) => ecdsaVerifier(pair.publicKey))]
  return {
    first: tokens[0],
    verified: tokens.map((token) => verifiers.map((key) => verifyJwtSignature(parseJwt(token)!, key))),
    padded: parseJwt(`${tokens[0]}=`) === undefined,
  }
}

export const expected = {
  first: 'eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJyZWVmIn0.EZhjDoB8iBgBzM4IxHO3MseZDtsvbgHoYBQd56QIVeA',
  verified: [
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ],
  padded: true,
}
