import type { FuzzTarget } from '@atoll/testkit'
import {
  formatAtUri,
  formatTid,
  InvalidTextError,
  isAtIdentifier,
  isDid,
  isDisallowedTld,
  isHandle,
  isNsid,
  isRecordKey,
  isRecordKeyKind,
  isTid,
  isValidLanguage,
  matchesRecordKeyKind,
  normalizeHandle,
  nsidAuthority,
  nsidName,
  parseAtIdentifier,
  parseAtUri,
  parseCidString,
  parseDatetime,
  parseDid,
  parseHandle,
  parseLanguage,
  parseNsid,
  parseRecordKey,
  parseTid,
  parseUri,
  splitAtUri,
  TidClock,
  tidClockId,
  tidMicroseconds,
} from './index.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
// The last TID whose time a number holds exactly.
const lastExact = formatTid(Number.MAX_SAFE_INTEGER, 1023)

function target(name: string, seeds: string[], tokens: string[], read: (text: string) => void): FuzzTarget {
  return {
    name,
    seeds: seeds.map((seed) => encoder.encode(seed)),
    tokens: [...tokens, '\n', '\u0000', 'é', '\u202e', '%00', ' '].map((token) => encoder.encode(token)),
    refusals: [InvalidTextError],
    run: (bytes) => read(decoder.decode(bytes)),
  }
}

function require(holds: boolean, what: string): void {
  // Not an InvalidTextError, so it counts as a fault.
  if (!holds) throw new Error(what)
}

/**
 * What is taken is plain ASCII within its length: nothing that a log, a header or a file name would
 * trip over.
 */
function requirePlain(text: string, maxLength: number): void {
  require(text.length > 0 && text.length <= maxLength, 'its length')
  require(/^[\x21-\x7e]+$/.test(text), 'a character')
}

export const targets: FuzzTarget[] = [
  target('DID', ['did:plc:ewvi7nxzyoun6zhxrhs64oiz', 'did:web:example.com%3A80:a'], ['did:', ':', '%'], (text) => {
    const did = parseDid(text)
    requirePlain(did, 2048)
    require(isAtIdentifier(did) && !isHandle(did), 'it is no identifier, or a handle as well')
    parseAtUri(`at://${did}`)
  }),
  target('handle', ['alice.example.com', 'XN--a.b-c.TEST', '1.2.test'], ['.', '-', 'xn--', 'local'], (text) => {
    const handle = parseHandle(text)
    requirePlain(handle, 253)
    const usual = normalizeHandle(handle)
    require(normalizeHandle(usual) === usual, 'its usual form has another')
    require(isDisallowedTld(usual) === isDisallowedTld(handle), 'letter case decides')
    require(new URL(`https://${usual}/`).hostname !== '' && !isDid(handle), 'it is no name of a host')
  }),
  target('NSID', ['com.example.fooBar', 'net.users.bob-b.ping'], ['.', '-', '*'], (text) => {
    const nsid = parseNsid(text)
    requirePlain(nsid, 317)
    require(isRecordKey(nsid) && matchesRecordKeyKind('nsid', nsid), 'it is no record key')
    const domain = nsidAuthority(nsid).split('.').reverse().join('.')
    require(`${domain}.${nsidName(nsid)}`.toLowerCase() === nsid.toLowerCase(), 'its parts do not make it')
  }),
  target('TID', ['3jzfcijpj2z2a', '2222222222222', lastExact, 'jzzzzzzzzzzzz'], ['2', 'z', 'k', '-'], (text) => {
    const tid = parseTid(text)
    requirePlain(tid, 13)
    if (tid > lastExact) return
    require(formatTid(tidMicroseconds(tid), tidClockId(tid)) === tid, 'its parts do not make it')
    if (tid.slice(0, 11) < lastExact.slice(0, 11)) {
      require(new TidClock({ now: () => 0 }).next(tid) > tid, 'no TID after it')
    }
  }),
  target('record key', ['self', '~1.2-3_', 'a:b', 'literal:self', 'literal:'], ['.', '..', ':', '/'], (text) => {
    if (isRecordKeyKind(text) && text.startsWith('literal:')) {
      require(matchesRecordKeyKind(text, text.slice('literal:'.length)), 'a kind that no key is of')
    }
    const key = parseRecordKey(text)
    requirePlain(key, 512)
    require(new URL(`https://a.test/x/${key}/y`).pathname === `/x/${key}/y`, 'it does not stay in a path')
    require(parseAtUri(`at://a.test/a.b.c/${key}`) !== undefined, 'it is not in an AT-URI')
  }),
  target(
    'AT-URI',
    ['at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/com.example.record/self', 'at://alice.test', 'at://a.test/a.b.c'],
    ['at://', '/', '//', '#', '?', 'did:'],
    (text) => {
      const uri = parseAtUri(text)
      requirePlain(uri, 8192)
      require(formatAtUri(splitAtUri(uri)) === uri, 'its parts do not make it')
    },
  ),
  target('DID or handle', ['did:web:a.test', 'a.test'], ['did:', ':', '.'], (text) => {
    const identifier = parseAtIdentifier(text)
    require(isDid(identifier) !== isHandle(identifier), 'it is both')
  }),
  target(
    'datetime',
    [
      '1985-04-12T23:20:50.123456789Z',
      '2024-02-29T00:00:00+01:30',
      '0000-01-01T00:00:00.0Z',
      '9999-12-31T23:59:59-00:01',
    ],
    ['-', ':', '.', 'Z', '+23:59', '00', '99'],
    (text) => {
      const datetime = parseDatetime(text)
      requirePlain(datetime, 64)
      const time = Date.parse(datetime)
      require(time >= Date.parse('0000-01-01T00:00:00Z') && time <= Date.parse('9999-12-31T23:59:59.999Z'), 'its time')
    },
  ),
  target('language', ['en', 'zh-Hant-TW-x-a', 'de-1996-a-bb-cc', 'i-klingon'], ['-', 'x-', 'a-', '1996'], (text) => {
    const tag = parseLanguage(text)
    require(/^[a-zA-Z0-9-]+$/.test(tag), 'a character')
    isValidLanguage(tag)
  }),
  target(
    'CID as text',
    [
      'bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq',
      'QmRQ353oFNqt8zfZ9XGFJ6ufdLzzRGUXVdJEYrVLJoYtfC',
      'z1',
    ],
    ['b', 'Qm'],
    (text) => requirePlain(parseCidString(text), 256),
  ),
  target('URI', ['https://example.com/path?a=b#c', 'mailto:a@b.test', 'dns:a'], [':', '//', '[', '%'], (text) => {
    requirePlain(encodeURI(parseUri(text)), 3 * 8192)
  }),
  target('anything', ['did:plc:x', 'a.b.c', '3jzfcijpj2z2a', 'at://a.b'], ['.', ':', '/'], (text) => {
    const kinds = [isDid, isHandle, isNsid, isTid, isRecordKey].map((is) => is(text))
    require(!kinds[3] || kinds[4] === true, 'a TID that is no record key')
  }),
]
