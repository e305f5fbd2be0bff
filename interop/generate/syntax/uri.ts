import { type FormatVectors, stray } from './vectors.ts'

const maxBytes = 8192
const base = 'https://example.com/'

/** https://atproto.com/specs/lexicon#uri: any scheme, by RFC 3986 */
export function uriVectors(): FormatVectors {
  return {
    valid: [
      { note: 'the shortest', texts: ['a:b', 'z:/', 'A:0'] },
      {
        note: 'web addresses',
        texts: [
          'https://example.com',
          'http://example.com:8080/',
          `${base}a/b?c=d&e=f#g`,
          'https://alice:secret@example.com',
          'https://[2001:db8::1]/',
          'https://127.0.0.1',
          'wss://example.com/xrpc',
          `${base}%20%C3%A9`,
          `${base}~a/;b=1,2/(c)!$&'*+`,
        ],
      },
      {
        note: 'schemes that are named in the specification',
        texts: [
          'at://alice.test/com.example.thing/self',
          'did:plc:ewvi7nxzyoun6zhxrhs64oiz',
          'ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
          'dns:example.com',
          'at:alice.test',
        ],
      },
      {
        note: 'other schemes',
        texts: [
          'mailto:alice@example.com',
          'tel:+1-201-555-0123',
          'urn:isbn:0451450523',
          'data:text/plain;base64,SGVsbG8=',
          'geo:37.786971,-122.399677',
          'magnet:?xt=urn:btih:c12fe1c06bba',
          'xmpp:alice@example.com',
          'javascript:void(0)',
          'about:blank',
          'x:?',
          'x:#a',
        ],
      },
      {
        note: 'a scheme with plus, minus, dot and digits',
        texts: [
          'git+ssh://example.com/a',
          'a-b:c',
          'a.b:c',
          'h323:alice',
          'z39.50r://example.com',
          'coap+tcp://example.com',
        ],
      },
      { note: 'a scheme in upper case', texts: ['HTTPS://EXAMPLE.COM/', 'Mailto:alice@example.com'] },
      {
        note: 'an empty authority, a path that begins with a slash',
        texts: ['file:///etc/hosts', 'file:/etc/hosts', 'x:/', 'x:/a', 'x:///'],
      },
      {
        note: 'letters beyond ASCII, as people paste them: see disagreements.json',
        specification: 'invalid',
        texts: [`${base}\u00e9`, 'https://b\u00fccher.example/\u4f8b', 'https://\u4f8b\u5b50.test'],
      },
      {
        note: 'ASCII characters that RFC 3986 wants percent-encoded: see disagreements.json',
        specification: 'invalid',
        texts: [...'"<>\\^`{|}'].map((char) => `${base}a${char}b`),
      },
      {
        note: 'percent signs that encode nothing: see disagreements.json',
        specification: 'invalid',
        texts: [`${base}100%`, `${base}%zz`],
      },
      { note: `${maxBytes} bytes`, texts: [base + 'x'.repeat(maxBytes - base.length)] },
    ],
    invalid: [
      {
        note: 'no scheme',
        texts: [
          'example.com',
          '//example.com',
          '/a/b',
          'a/b',
          '?a=b',
          '#a',
          'www.example.com/a',
          '127.0.0.1',
          '12345',
          'alice',
        ],
      },
      { note: 'an empty scheme', texts: ['://example.com', ':', ':a', ':/a', '::'] },
      { note: 'nothing after the scheme', texts: ['https:', 'a:', 'mailto:', 'did:'] },
      {
        note: 'a scheme that begins with something else than a letter',
        texts: ['1http://example.com', '+a:b', '-a:b', '.a:b', '.http://example.com', '0:0', '3d:model', '_a:b'],
      },
      {
        note: 'a scheme with other characters',
        texts: [
          'a_b:c',
          'ht tp://example.com',
          'ht*tp://example.com',
          'a/b:c',
          'a@b:c',
          'a~b:c',
          'h%74tp://example.com',
          '[a]:b',
          '"a":b',
          '\u00e9:a',
          '\u212a:a',
        ],
      },
      { note: 'a space', texts: [`${base}a b`, `${base} `, ` ${base}`, 'https:// example.com', 'a: b', 'a :b'] },
      {
        note: 'brackets or words around it',
        texts: [`<${base}>`, `(${base})`, `[link](${base})`, `"${base}"`, `see ${base}`],
      },
      {
        note: 'control characters',
        texts: ['\u0000', '\u0001', '\u001f', '\u007f', '\u0080', '\u009f', '\t', '\n', '\r'].map(
          (char) => `${base}a${char}b`,
        ),
      },
      {
        note: 'white space of Unicode',
        texts: ['\u00a0', '\u1680', '\u2003', '\u2028', '\u2029', '\u202f', '\u205f', '\u3000', '\ufeff'].map(
          (char) => `${base}a${char}b`,
        ),
      },
      { note: `${maxBytes + 1} bytes`, texts: [base + 'x'.repeat(maxBytes + 1 - base.length)] },
      {
        note: `more than ${maxBytes} bytes in fewer characters`,
        texts: [base + '\u4f8b'.repeat(Math.ceil((maxBytes - base.length) / 3) + 1)],
      },
      ...stray(base).slice(0, 2),
      { note: 'something invisible before it', texts: ['\n', '\t', '\u00a0', '\ufeff'].map((char) => char + base) },
      {
        note: 'something invisible after it',
        texts: ['\n', '\t', '\r\n', '\u00a0', '\u2028'].map((char) => base + char),
      },
    ],
  }
}
