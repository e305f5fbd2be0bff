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

it('reads the tokens of versions before @atoll/jwt, and makes the same ones byte for byte', () => {
  const now = () => Date.UTC(2026, 0, 1)
  const tokens = new SessionTokens({ secret: 'a secret of the tests', audience: 'did:web:localhost', now })
  const access =
    'eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzI1NiJ9.eyJzY29wZSI6ImNvbS5hdHByb3RvLmFjY2VzcyIsInN1YiI6ImRpZDpwbGM6YWxpY2UiLCJhdWQiOiJkaWQ6d2ViOmxvY2FsaG9zdCIsImlhdCI6MTc2NzIyNTYwMCwiZXhwIjoxNzY3MjMyODAwfQ.NN4MH6SlgfMfQuQFX5ElMMdXMNdnmXDrlTnuqNKO9vg'
  const refresh =
    'eyJ0eXAiOiJyZWZyZXNoK2p3dCIsImFsZyI6IkhTMjU2In0.eyJzY29wZSI6ImNvbS5hdHByb3RvLnJlZnJlc2giLCJzdWIiOiJkaWQ6cGxjOmFsaWNlIiwiYXVkIjoiZGlkOndlYjpsb2NhbGhvc3QiLCJqdGkiOiJuYW1lLW9mLXRoZS10b2tlbiIsImlhdCI6MTc2NzIyNTYwMCwiZXhwIjoxNzc1MDAxNjAwfQ.jJQtY9npAwLmgVTDgAtANBjF1Ck2djrNfIr5RrlMSjU'
  const expiresAt = new Date(Date.UTC(2026, 3, 1))
  expect(tokens.createAccess('did:plc:alice', 'com.atproto.access')).toBe(access)
  expect(tokens.createRefresh('did:plc:alice', 'name-of-the-token', expiresAt)).toBe(refresh)
  expect(tokens.readAccess(access)).toEqual({ did: 'did:plc:alice', scope: 'com.atproto.access' })
  expect(tokens.readRefresh(refresh)).toEqual({ did: 'did:plc:alice', id: 'name-of-the-token', expiresAt })
  expect(() => tokens.readAccess(refresh)).toThrow('could not be verified')
})
