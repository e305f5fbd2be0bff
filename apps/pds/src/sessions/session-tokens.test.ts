import { expect, it } from 'vitest'
import { SessionTokens } from './session-tokens.ts'

it('takes a token in one spelling alone', () => {
  const tokens = new SessionTokens({ secret: 'a secret of the tests', audience: 'did:web:localhost' })
  const token = tokens.createAccess('did:plc:alice', 'com.atproto.access')
  expect(tokens.readAccess(token).did).toBe('did:plc:alice')
  // The last character of 32 bytes in base64url carries two bits that a decoder drops.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const twin = token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)!) ^ 1]!
  const cut = token.lastIndexOf('.') + 5
  const others = [
    twin,
    `${token}=`,
    `${token}==`,
    `${token}!!`,
    `${token} `,
    `${token.slice(0, cut)}!!${token.slice(cut)}`,
  ]
  for (const other of others) expect(() => tokens.readAccess(other), other).toThrow('could not be verified')
})
