import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientAddress, clientNetwork, isPrivateAddress, normalizeAddress } from './client-address.ts'

describe('the client’s address', () => {
  it.each<[string, string, string | null, string]>([
    ['the peer where nothing was forwarded', '203.0.113.1', null, '203.0.113.1'],
    ['the peer where it is no trusted proxy', '203.0.113.1', '198.51.100.1', '203.0.113.1'],
    ['what a proxy on this machine saw', '127.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['what a private proxy saw, in IPv6 dress', '::ffff:10.1.2.3', '203.0.113.1', '203.0.113.1'],
    ['the last address that no trusted proxy has', '::1', '1.1.1.1, 203.0.113.1, 192.168.0.1, fd00::1', '203.0.113.1'],
    ['the first of many trusted ones', '127.0.0.1', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['without its port', '127.0.0.1', '203.0.113.1:5678', '203.0.113.1'],
    ['without brackets and port', '127.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
    ['without a zone', 'fe80::1%eth0', '203.0.113.1', '203.0.113.1'],
    ['the proxy’s own where it writes nonsense', '127.0.0.1', 'unknown', '127.0.0.1'],
    ['not beyond nonsense', '127.0.0.1', '203.0.113.1, _hidden, 10.0.0.1', '10.0.0.1'],
  ])('is %s', (_, peer, forwarded, expected) => {
    expect(clientAddress(peer, forwarded)).toBe(expected)
  })

  it('cannot be chosen by the client', () => {
    fc.assert(
      fc.property(fc.string(), (forged) => {
        expect(clientAddress('203.0.113.1', forged)).toBe('203.0.113.1')
        expect(clientAddress('127.0.0.1', `${forged}, 203.0.113.1`)).toBe('203.0.113.1')
      }),
    )
  })
})

describe('a private address', () => {
  it.each(['127.0.0.1', '127.255.0.1', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.0.1'])(
    'is %s',
    (address) => {
      expect(isPrivateAddress(address)).toBe(true)
    },
  )
  it.each(['::1', 'fe80::1', 'febf::1', 'fc00::1', 'fdff::1'])('is %s', (address) => {
    expect(isPrivateAddress(address)).toBe(true)
  })
  it.each([
    '128.0.0.1',
    '11.0.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.169.0.1',
    '8.8.8.8',
    '::',
    '::2',
    '2001:db8::1',
    'fec0::1',
    '',
    'localhost',
    '127.1',
    '0x7f.0.0.1',
    '256.0.0.1',
  ])('is not %s', (address) => {
    expect(isPrivateAddress(address)).toBe(false)
  })
})

describe('a client’s network', () => {
  it('is the address itself, or the /64 of an IPv6 address', () => {
    expect(clientNetwork('203.0.113.1')).toBe('203.0.113.1')
    expect(clientNetwork('2001:db8:0:1::1')).toBe('2001:db8:0:1::/64')
    expect(clientNetwork('2001:db8:0:1:ffff:ffff:ffff:ffff')).toBe('2001:db8:0:1::/64')
    expect(clientNetwork('2001:db8::')).toBe('2001:db8:0:0::/64')
    expect(clientNetwork('64:ff9b::192.0.2.1')).toBe('64:ff9b:0:0::/64')
  })
})

describe('an address', () => {
  it('has the bytes that it says, however it is written', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(normalizeAddress(address)).toBeDefined()
      }),
    )
    for (const text of [
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1::2::3',
      ':::',
      '12345::',
      'g::',
      '1:2:3:4:5:6:7::8:9',
      '::1.2.3',
    ]) {
      expect(normalizeAddress(text), text).toBeUndefined()
    }
  })
})
