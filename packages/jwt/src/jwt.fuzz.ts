import { encodeBase64Url, generateKeyPair } from '@atoll/crypto'
import type { FuzzTarget } from '@atoll/testkit'
import { ecdsaSigner, ecdsaVerifier, hmacKey, parseJwt, signJwt, verifyJwtSignature } from './index.ts'

const pair = generateKeyPair('p256')
const genuine = [hmacKey('a secret'), ecdsaSigner(pair)].map((key) => signJwt({ typ: 'at+jwt' }, { sub: 'a' }, key))
const verifiers = [hmacKey('a secret'), ecdsaVerifier(pair.publicKey)]
const bytesOf = (text: string) => new TextEncoder().encode(text)
const signedPartOf = (token: string) => token.slice(0, token.lastIndexOf('.'))

export const targets: FuzzTarget[] = [
  {
    name: 'token',
    seeds: [...genuine, 'e30.e30.AA'].map(bytesOf),
    tokens: ['.', 'eyJ', '=', 'bnVsbA', 'W10', '"crit":[]'].map(bytesOf),
    refusals: [],
    run(bytes) {
      const token = String.fromCharCode(...bytes.subarray(0, 10_000))
      const jwt = parseJwt(token)
      if (!jwt) return
      if (!token.endsWith(`.${encodeBase64Url(jwt.signature)}`)) throw new Error('a second spelling of a signature')
      // ECDSA has a second form in the upper half of s; all the rest must be what was signed.
      const isForged = !genuine.some((each) => signedPartOf(each) === signedPartOf(token))
      if (isForged && verifiers.some((key) => verifyJwtSignature(jwt, key))) throw new Error('a forgery was accepted')
    },
  },
]
