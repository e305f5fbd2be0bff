import { alphanumeric, type FormatVectors, inserted, lookalikes, outside, stray } from './vectors.ts'

const did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'
const collection = 'com.example.thing'
const record = `at://${did}/${collection}/3jzfcijpj2z2a`
const longestNsid = `${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(61)}.${'c'.repeat(63)}`

/** https://atproto.com/specs/at-uri-scheme#restricted-at-uri-syntax */
export function atUriVectors(): FormatVectors {
  const authorities = [
    did,
    'did:web:example.com',
    'did:example:a%3Ab',
    'did:example:a:b:-',
    'alice.test',
    'a.b',
    'xn--4ca.test',
  ]
  const keys = [
    'self',
    '3jzfcijpj2z2a',
    '~',
    '-',
    '_',
    ':',
    '...',
    'a.',
    ':a:',
    'com.example.thing',
    'did:plc:abc',
    '__proto__',
  ]
  return {
    valid: [
      { note: 'an account', texts: authorities.map((authority) => `at://${authority}`) },
      { note: 'a collection', texts: authorities.map((authority) => `at://${authority}/${collection}`) },
      { note: 'a record', texts: authorities.map((authority) => `at://${authority}/${collection}/self`) },
      { note: 'every kind of record key', texts: keys.map((key) => `at://${did}/${collection}/${key}`) },
      {
        note: 'every kind of collection',
        texts: ['a.b.c', 'com.0.thing', 'xn--p1ai.a-b.thing', 'com.example.fooBarV2'].map(
          (nsid) => `at://${did}/${nsid}/self`,
        ),
      },
      {
        note: 'not normalised, but valid',
        texts: ['at://ALICE.test', `at://Alice.Test/${collection}`, `at://${did}/Com.Example.thing/self`],
      },
      {
        note: 'the longest of everything',
        texts: [`at://did:example:${'a'.repeat(2036)}/${longestNsid}/${'k'.repeat(512)}`],
      },
    ],
    invalid: [
      {
        note: 'no authority',
        texts: ['at://', 'at:///', 'at:', 'at', 'at:/', `at:///${collection}`, `at:///${collection}/self`],
      },
      {
        note: 'another scheme',
        texts: [
          `AT://${did}`,
          `At://${did}`,
          `a://${did}`,
          `att://${did}`,
          `https://${did}`,
          `://${did}`,
          `//${did}`,
          did,
          'alice.test',
        ],
      },
      {
        note: 'slashes missing or too many',
        texts: [
          `at:/${did}`,
          `at:${did}`,
          `at:///${did}`,
          `at://${did}//${collection}`,
          `at://${did}/${collection}//self`,
        ],
      },
      {
        note: 'a slash at the end',
        texts: [`at://${did}/`, 'at://alice.test/', `at://${did}/${collection}/`, `${record}/`, `${record}//`],
      },
      {
        note: 'an authority that is neither a DID nor a handle',
        texts: [
          'alice',
          'alice.1',
          '127.0.0.1',
          'did:',
          'did:plc',
          'did:plc:',
          'DID:plc:abc',
          'did:PLC:abc',
          'did:plc:abc%',
          'did:plc:abc:',
          '-a.test',
          'a..test',
          'me',
          '*',
        ].map((authority) => `at://${authority}`),
      },
      {
        note: 'the same, before a record',
        texts: ['alice', 'did:plc:', 'alice..test'].map((authority) => `at://${authority}/${collection}/self`),
      },
      {
        note: 'user information and ports',
        texts: [
          'at://@alice.test',
          'at://alice@alice.test',
          'at://alice:secret@alice.test',
          'at://alice.test:443',
          'at://alice.test:',
        ],
      },
      {
        note: 'a collection that is not an NSID',
        texts: [
          'a',
          'a.b',
          'example',
          'com.example',
          'com.example.3d',
          'com.example.my-thing',
          '1com.example.thing',
          'com..thing',
          'com.example.thing*',
          'com.example.*',
          '*',
          '..',
          'self',
        ].map((nsid) => `at://${did}/${nsid}`),
      },
      {
        note: 'the same, before a key',
        texts: ['a', 'com.example', 'com.example.3d', '..'].map((nsid) => `at://${did}/${nsid}/self`),
      },
      {
        note: 'an invalid key',
        texts: [
          '.',
          '..',
          '%73elf',
          'a%2Fb',
          'a b',
          'a@b',
          'a+b',
          '@',
          '(a)',
          'a=',
          '*',
          'a,b',
          'a;b',
          "a'b",
          '$',
          '!',
        ].map((key) => `at://${did}/${collection}/${key}`),
      },
      {
        note: 'a character outside the alphabet, in each part',
        texts: [12, 48, record.length].flatMap((at) => inserted(record, at, outside(`${alphanumeric}.-_:~%/`))),
      },
      {
        note: 'a character that only looks like one of it',
        texts: lookalikes.map((char) => `at://${did}/${collection}/a${char}`),
      },
      { note: 'further segments', texts: [`${record}/a`, `${record}/a/b`, `at://${did}/a/b/c`] },
      { note: 'a query', texts: [`${record}?`, `${record}?a=b`, `at://${did}?a=b`, `at://${did}/${collection}?`] },
      {
        note: 'a fragment: of the general form, not of the one in lexicons',
        texts: [
          `${record}#`,
          `${record}#main`,
          `${record}#/text`,
          `${record}#/a/0`,
          `at://${did}#/text`,
          `at://${did}/${collection}#/text`,
          'at://alice.test#/',
          `${record}#/a#/b`,
        ],
      },
      {
        note: 'parts that are too long',
        texts: [
          `at://did:example:${'a'.repeat(2037)}`,
          `at://${did}/${longestNsid}c/self`,
          `at://${did}/${collection}/${'k'.repeat(513)}`,
        ],
      },
      { note: 'more than 8 kilobytes', texts: [`at://${did}/${collection}/${'k'.repeat(8192)}`] },
      { note: 'brackets around it', texts: [`<${record}>`, `(${record})`, `"${record}"`] },
      ...stray(record),
    ],
  }
}
