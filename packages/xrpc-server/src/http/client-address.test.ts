import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addressMatcher,
  clientAddress,
  clientNetwork,
  isAddressRange,
  isPrivateAddress,
  normalizeAddress,
} from './client-address.ts'

describe('the client’s address', () => {
  it.each<[string, string, string | null, string]>([
    ['the peer where nothing was forwarded', '203.0.113.1', null, '203.0.113.1'],
    ['the peer where it is no trusted proxy', '203.0.113.1', '198.51.100.1', '203.0.113.1'],
    ['what a proxy on this machine saw', '127.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['what a private proxy saw, mapped into IPv6', '::ffff:10.1.2.3', '203.0.113.1', '203.0.113.1'],
    ['the last address that no trusted proxy has', '::1', '1.1.1.1, 203.0.113.1, 192.168.0.1, fd00::1', '203.0.113.1'],
    ['the first of many trusted ones', '127.0.0.1', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['without its port', '127.0.0.1', '203.0.113.1:5678', '203.0.113.1'],
    ['without brackets and port', '127.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
    ['without a zone', 'fe80::1%eth0', '203.0.113.1', '203.0.113.1'],
    ['the proxy’s own where it writes nonsense', '127.0.0.1', 'unknown', '127.0.0.1'],
    ['the proxy’s own where it writes an ambiguous one', '127.0.0.1', '010.0.0.1', '127.0.0.1'],
    ['what a proxy writes as an IPv4 address mapped into IPv6', '127.0.0.1', '::FFFF:cb00:7101', '203.0.113.1'],
    ['not beyond nonsense', '127.0.0.1', '203.0.113.1, _hidden, 10.0.0.1', '10.0.0.1'],
  ])('is %s', (_, peer, forwarded, expected) => {
    expect(clientAddress(peer, forwarded)).toBe(expected)
  })

  it('is found behind proxies that are listed as trusted, and no further', () => {
    const isTrusted = addressMatcher(['192.0.2.0/24', '2001:db8:ff::/48'])
    expect(clientAddress('192.0.2.7', '203.0.113.1', isTrusted)).toBe('203.0.113.1')
    expect(clientAddress('192.0.2.7', '6.6.6.6, 203.0.113.1, 2001:db8:ff::9', isTrusted)).toBe('203.0.113.1')
    expect(clientAddress('192.0.3.7', '203.0.113.1', isTrusted)).toBe('192.0.3.7')
    expect(clientAddress('::ffff:192.0.2.7', '203.0.113.1', isTrusted)).toBe('203.0.113.1')
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

describe('a range of addresses', () => {
  it.each<[string, string[], string[]]>([
    ['192.0.2.1', ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201'], ['192.0.2.2', '::c000:201', '']],
    ['192.0.2.0/24', ['192.0.2.0', '192.0.2.255'], ['192.0.1.255', '192.0.3.0', '2001:db8::1']],
    ['192.0.2.77/24', ['192.0.2.0', '192.0.2.255'], ['192.0.3.0']],
    ['172.16.0.0/12', ['172.16.0.1', '172.31.255.255'], ['172.15.255.255', '172.32.0.0']],
    ['10.0.0.2/31', ['10.0.0.2', '10.0.0.3'], ['10.0.0.1', '10.0.0.4']],
    ['10.0.0.2/32', ['10.0.0.2'], ['10.0.0.3']],
    ['0.0.0.0/0', ['0.0.0.0', '255.255.255.255'], ['::1']],
    ['2001:DB8::/32', ['2001:db8::1', '2001:db8:ffff::'], ['2001:db9::', '192.0.2.1']],
    ['2001:db8::/33', ['2001:db8:7fff::'], ['2001:db8:8000::']],
    ['2001:db8::1', ['2001:0db8:0:0::1'], ['2001:db8::2']],
    ['::/0', ['::', 'ffff::'], ['192.0.2.1']],
    ['::ffff:192.0.2.0/120', ['192.0.2.9'], ['192.0.3.0']],
  ])('such as %s', (range, inside, outside) => {
    const matches = addressMatcher([range])
    for (const address of inside) expect(matches(address), address).toBe(true)
    for (const address of outside) expect(matches(address), address).toBe(false)
  })

  it.each([
    ...['', ' ', 'localhost', 'example.com', '10.0.0', '10.0.0.256', '10.0.0.0.0', '010.0.0.1', '0x0a.0.0.1'],
    ...[
      '10.0.0.0/',
      '10.0.0.0/33',
      '10.0.0.0/-1',
      '10.0.0.0/08',
      '10.0.0.0/8/8',
      '10.0.0.0/a',
      '/8',
      '10.0.0.0/255.0.0.0',
    ],
    ...['2001:db8::/129', '::ffff:10.0.0.0/95', '[::1]', '10.0.0.1:80', 'fe80::1%eth0', '10.0.0.0 - 10.0.0.9', '*'],
  ])('is not %j', (text) => {
    expect(isAddressRange(text)).toBe(false)
    expect(() => addressMatcher([text])).toThrow(TypeError)
  })

  it('holds exactly the addresses with its prefix', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (base, address, bits) => {
        const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
        const front = (text: string) => Math.floor(number(text) / 2 ** (32 - bits))
        expect(addressMatcher([`${base}/${bits}`])(address)).toBe(front(base) === front(address))
      }),
    )
  })

  it('holds nothing when none is given', () => {
    expect(addressMatcher([])('127.0.0.1')).toBe(false)
  })
})

describe('a client’s network', () => {
  it('is the address itself, or the /64 of an IPv6 address', () => {
    expect(clientNetwork('203.0.113.1')).toBe('203.0.113.1')
    expect(clientNetwork('2001:db8:0:1::1')).toBe('2001:db8:0:1::/64')
    expect(clientNetwork('2001:db8:0:1:ffff:ffff:ffff:ffff')).toBe('2001:db8:0:1::/64')
    expect(clientNetwork('2001:db8::')).toBe('2001:db8:0:0::/64')
    expect(clientNetwork('::ffff:cb00:7101')).toBe('203.0.113.1')
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
