import type { Did } from '@atoll/syntax'
import { expect, it } from 'vitest'
import { UnsupportedDidError } from '../errors.ts'
import { didWebUrl } from './web.ts'

it('publishes its document at the host name', () => {
  expect(didWebUrl('did:web:user.example.com')).toBe('https://user.example.com/.well-known/did.json')
})

it.each([
  ['did:web:localhost', 'http://localhost/.well-known/did.json'],
  ['did:web:localhost%3A2583', 'http://localhost:2583/.well-known/did.json'],
] as const)('may be %s in development only', (did, url) => {
  expect(didWebUrl(did, { allowLocalhost: true })).toBe(url)
  expect(() => didWebUrl(did)).toThrow(UnsupportedDidError)
})

it.each([
  'did:web:example.com:user',
  'did:web:example.com:user:alice',
  'did:web:localhost:user',
  'did:web:localhost:2583',
  'did:web:example.com%3A8443',
  'did:web:localhost%3A0',
  'did:web:localhost%3A99999',
  'did:web:localhost%3a2583',
  'did:web:localhost%3A',
  'did:web:localhost%3A25x',
  'did:web:example.com%2Fpath',
  'did:web:example.com%2F..%2F',
  'did:web:user%40example.com',
  'did:web:example.com%23x',
  'did:web:example.com%3Fx',
  'did:web:127.0.0.1',
  'did:web:2130706433',
  'did:web:0x7f000001',
  'did:web:0x7f.1',
  'did:web:%31%32%37.0.0.1',
  'did:web:%5B%3A%3A1%5D',
  'did:web:intranet',
  'did:web:printer.local',
  'did:web:metadata.google.internal',
  'did:web:1.0.0.127.in-addr.arpa',
  'did:web:alice.localhost',
  'did:web:secret.onion',
  'did:web:Example.com',
  'did:web:example.com.',
  'did:web:.example.com',
  'did:web:-example.com',
  'did:web:exa_mple.com',
  'did:web:',
  'did:plc:ewvi7nxzyoun6zhxrhs64oiz',
])('refuses %s', (did) => {
  expect(() => didWebUrl(did as Did, { allowLocalhost: true })).toThrow(UnsupportedDidError)
})
