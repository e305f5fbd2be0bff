import { cidOfCbor, cidOfRaw } from '@atoll/data-model'
import { describe, expect, it } from 'vitest'
import type { FieldSchema } from '../document/document.ts'
import { createLexicons } from '../lexicons.ts'
import { parseLexicon } from '../parse/parse.ts'
import type { ValidateOptions } from './validation-context.ts'

const link = cidOfCbor(new Uint8Array([0xa0]))
const blob = { $type: 'blob', ref: cidOfRaw(new Uint8Array(3)), mimeType: 'image/png', size: 3 }

const others = {
  a: { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } },
  b: { type: 'object', properties: { b: { type: 'ref', ref: '#b' } } },
  name: { type: 'string', maxLength: 3 },
  mark: { type: 'token' },
}

/** The codes and paths of all issues of a value at `/it`. */
function issuesOf(schema: FieldSchema, value: unknown, options: ValidateOptions = { maxIssues: 100 }): string[] {
  const defs = { ...others, holder: { type: 'object', required: ['it'], properties: { it: schema } } }
  const lexicons = createLexicons([parseLexicon({ lexicon: 1, id: 'com.example.thing', defs })])
  const result = lexicons.validate('com.example.thing#holder', { it: value }, options)
  return result.ok ? [] : result.issues.map(({ path, code }) => `${path} ${code}`)
}

const accepts = (schema: FieldSchema, value: unknown) => expect(issuesOf(schema, value)).toEqual([])
const refuses = (schema: FieldSchema, value: unknown, ...issues: string[]) =>
  expect(issuesOf(schema, value)).toEqual(issues)

describe('scalars', () => {
  it('take values of their own type and no other', () => {
    const samples = { boolean: true, integer: 1, string: 'text', bytes: new Uint8Array(1), 'cid-link': link, blob }
    for (const type of Object.keys(samples)) {
      for (const [kind, value] of Object.entries(samples)) {
        if (kind === type) accepts({ type } as FieldSchema, value)
        else expect(issuesOf({ type } as FieldSchema, value).join()).toContain('/it')
      }
    }
  })

  it('take null only where the object says so', () => {
    refuses({ type: 'string' }, null, '/it type')
    const nullable: FieldSchema = { type: 'object', nullable: ['x'], properties: { x: { type: 'string' } } }
    accepts(nullable, { x: null })
  })

  it('refuse integers that are not safe, and numbers that are no integers', () => {
    for (const value of [1.5, Number.NaN, Infinity, 2 ** 53, '1']) refuses({ type: 'integer' }, value, '/it type')
    accepts({ type: 'integer' }, Number.MAX_SAFE_INTEGER)
    // Generated types say `number`.
    refuses({ type: 'integer' }, 2n ** 60n, '/it type')
    accepts({ type: 'unknown' }, { size: 2n ** 60n })
  })

  it('keep integers within minimum and maximum, both included', () => {
    const schema: FieldSchema = { type: 'integer', minimum: -2, maximum: 5 }
    for (const value of [-2, 0, 5]) accepts(schema, value)
    for (const value of [-3, 6]) refuses(schema, value, '/it range')
  })

  it('hold to const and enum, zero and false included', () => {
    refuses({ type: 'boolean', const: false }, true, '/it const')
    refuses({ type: 'integer', const: 0 }, 1, '/it const')
    refuses({ type: 'string', const: '' }, 'a', '/it const')
    refuses({ type: 'integer', enum: [1, 2] }, 3, '/it enum')
    refuses({ type: 'string', enum: ['a', 'b'] }, 'c', '/it enum')
    refuses({ type: 'string', enum: [] }, 'c', '/it enum')
    accepts({ type: 'string', knownValues: ['a'] }, 'anything')
  })

  it('bound the length of bytes', () => {
    const schema: FieldSchema = { type: 'bytes', minLength: 2, maxLength: 3 }
    for (const length of [2, 3]) accepts(schema, new Uint8Array(length))
    for (const length of [1, 4]) refuses(schema, new Uint8Array(length), '/it length')
  })
})

describe('strings', () => {
  it.each([
    ['at the limit in ASCII', 'abc', true],
    ['over the limit in ASCII', 'abcd', false],
    ['two bytes to a letter', 'é', true],
    ['two bytes to a letter, too many', 'éé', false],
    ['three bytes to a letter', '語', true],
    ['four bytes to a pair of surrogates', '😀', false],
  ])('count maxLength in UTF-8: %s', (_, text, isFine) => {
    expect(issuesOf({ type: 'string', maxLength: 3 }, text)).toEqual(isFine ? [] : ['/it length'])
  })

  it('count minLength in UTF-8', () => {
    accepts({ type: 'string', minLength: 4 }, '😀')
    accepts({ type: 'string', minLength: 3 }, '語')
    refuses({ type: 'string', minLength: 4 }, '語', '/it length')
    refuses({ type: 'string', minLength: 1 }, '', '/it length')
  })

  it('count graphemes as people do', () => {
    const family = '👩‍👩‍👦‍👦'
    accepts({ type: 'string', maxGraphemes: 2 }, family + family)
    refuses({ type: 'string', maxGraphemes: 2 }, family + family + family, '/it graphemes')
    refuses({ type: 'string', minGraphemes: 2 }, family, '/it graphemes')
    accepts({ type: 'string', minGraphemes: 2 }, family + family)
    refuses({ type: 'string', maxGraphemes: 2 }, 'abc', '/it graphemes')
    accepts({ type: 'string', maxGraphemes: 2 }, 'a\r\n')
    accepts({ type: 'string', maxGraphemes: 2 }, 'e\u0301e\u0301')
  })

  it('judge both lengths when both are given', () => {
    const schema: FieldSchema = { type: 'string', maxLength: 9, maxGraphemes: 3 }
    accepts(schema, '語語語')
    refuses(schema, 'abcd', '/it graphemes')
    refuses(schema, '😀😀😀', '/it length')
  })

  it.each([
    ['at-identifier', 'alice.test', 'alice'],
    ['at-uri', 'at://alice.test/com.example.thing/self', 'at://alice.test/com.example.thing/'],
    [
      'at-uri',
      'at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3kznmn7xqxl22',
      'at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/post/3kznmn7xqxl22',
    ],
    ['cid', 'bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq', 'bafy…'],
    ['datetime', '2024-02-29T00:00:00Z', '2024-02-30T00:00:00Z'],
    ['did', 'did:web:example.com', 'did:web'],
    ['handle', 'alice.test', 'alice.'],
    ['language', 'pt-BR', 'portuguesisch'],
    ['nsid', 'com.example.thing', 'com.example'],
    ['record-key', 'self', '..'],
    ['tid', '3kznmn7xqxl22', '3kznmn7xqxl2'],
    ['uri', 'https://example.com', 'example.com'],
  ] as const)('have formats: %s', (format, right, wrong) => {
    accepts({ type: 'string', format }, right)
    refuses({ type: 'string', format }, wrong, '/it format')
  })
})

describe('blobs', () => {
  const images: FieldSchema = { type: 'blob', accept: ['image/*', 'video/mp4'], maxSize: 100 }

  it('are accepted by type, whatever its letter case and parameters', () => {
    for (const mimeType of ['image/png', 'IMAGE/PNG', 'video/mp4', 'video/mp4; codecs="avc1"']) {
      accepts(images, { ...blob, mimeType })
    }
    for (const mimeType of ['video/webm', 'imagex/png', 'image']) {
      expect(issuesOf(images, { ...blob, mimeType })).toHaveLength(1)
    }
    accepts({ type: 'blob', accept: ['*/*'] }, { ...blob, mimeType: 'text/plain' })
  })

  it('are accepted up to their size', () => {
    accepts(images, { ...blob, size: 100 })
    refuses(images, { ...blob, size: 101 }, '/it blob-size')
  })

  it('are refused when a part is wrong, with its path', () => {
    refuses(images, { ...blob, ref: String(blob.ref) }, '/it/ref blob')
    refuses(images, { ...blob, mimeType: 1 }, '/it/mimeType blob')
    refuses(images, { ...blob, size: -1 }, '/it/size blob')
    refuses(images, { ...blob, $type: 'blub' }, '/it type')
  })

  it('are refused in their legacy form, unless that is asked for', () => {
    const legacy = { cid: String(blob.ref), mimeType: 'image/png' }
    refuses(images, legacy, '/it legacy-blob')
    expect(issuesOf(images, legacy, { legacyBlobs: true })).toEqual([])
    expect(issuesOf(images, { ...legacy, mimeType: 'text/plain' }, { legacyBlobs: true })).toEqual(['/it mime-type'])
  })
})

describe('arrays', () => {
  it('judge every item, and say which', () => {
    refuses({ type: 'array', items: { type: 'integer' } }, [1, 'x', 2, null], '/it/1 type', '/it/3 type')
  })

  it('bound their length before they look at items', () => {
    const schema: FieldSchema = { type: 'array', items: { type: 'integer' }, minLength: 1, maxLength: 2 }
    refuses(schema, [], '/it length')
    refuses(schema, ['x', 'x', 'x'], '/it length')
  })

  it('are not objects that look like them', () => {
    refuses({ type: 'array', items: { type: 'integer' } }, { length: 0 }, '/it type')
    refuses({ type: 'array', items: { type: 'integer' } }, new Uint8Array(1), '/it type')
  })
})

describe('objects', () => {
  const schema: FieldSchema = {
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'integer' }, b: { type: 'string' }, toString: { type: 'string' as const } },
  }

  it('ask for what is required', () => {
    refuses(schema, {}, '/it/a required')
    refuses(schema, { a: undefined }, '/it/a required')
  })

  it('let unknown fields through', () => {
    accepts(schema, { a: 1, c: 1.5, d: [{}] })
  })

  it('look at own fields alone', () => {
    accepts(schema, { a: 1 })
    refuses(schema, { a: 1, toString: 1 }, '/it/toString type')
    expect(issuesOf({ type: 'object', required: ['constructor'] }, {})).toEqual(['/it/constructor required'])
  })

  it('may be without prototype, or of another realm', () => {
    accepts(schema, Object.assign(Object.create(null), { a: 1 }))
  })

  it('are not lists, bytes or links', () => {
    for (const value of [[], new Uint8Array(1), link, 'text', null]) refuses({ type: 'object' }, value, '/it type')
  })

  it('escape their names in paths as JSON pointers do', () => {
    refuses({ type: 'object', properties: { 'a/b~c': { type: 'integer' } } }, { 'a/b~c': '' }, '/it/a~1b~0c type')
  })

  it('judge in the same way when they have very many fields', () => {
    const names = Array.from({ length: 500 }, (_, i) => `f${i}`)
    const large: FieldSchema = {
      type: 'object',
      required: ['f0', 'f400'],
      nullable: ['f7'],
      properties: Object.fromEntries(names.map((name) => [name, { type: 'integer' } as const])),
    }
    accepts(large, { f0: 1, f400: 2, f7: null, other: 'x', f8: undefined })
    refuses(large, { f0: 1, f9: 'x', f10: null }, '/it/f400 required', '/it/f9 type', '/it/f10 type')
  })
})

describe('references', () => {
  it('lead to definitions of the same document, and in circles', () => {
    refuses({ type: 'ref', ref: '#name' }, 'long', '/it length')
    refuses({ type: 'ref', ref: 'com.example.thing#a' }, { a: 'x' }, '/it/a type')
    refuses({ type: 'ref', ref: '#b' }, { b: { b: { b: 1 } } }, '/it/b/b/b type')
  })

  it('to what is not known, or is no data, cannot be judged', () => {
    for (const ref of ['com.example.other', '#nothing', '#mark']) {
      refuses({ type: 'ref', ref }, {}, '/it unknown-schema')
    }
  })
})

describe('unions', () => {
  const open: FieldSchema = { type: 'union', refs: ['#a', '#b', 'com.example.missing#c'] }
  const closed: FieldSchema = { ...open, closed: true }

  it('judge by the type that the value names', () => {
    accepts(open, { $type: 'com.example.thing#a', a: 1 })
    refuses(open, { $type: 'com.example.thing#a' }, '/it/a required')
    refuses(closed, { $type: 'com.example.thing#a', a: 'x' }, '/it/a type')
  })

  it('need a type to be named', () => {
    refuses(open, {}, '/it/$type variant')
    refuses(open, { $type: '' }, '/it/$type variant')
    refuses(closed, { $type: 1 }, '/it/$type variant')
    refuses(open, 'text', '/it type')
  })

  it('take any other type when open, and none when closed', () => {
    accepts(open, { $type: 'com.example.other' })
    refuses(closed, { $type: 'com.example.other' }, '/it/$type variant')
  })

  it('do not judge a variant whose document is not at hand', () => {
    accepts(open, { $type: 'com.example.missing#c' })
    refuses(closed, { $type: 'com.example.missing#c' }, '/it/$type variant')
  })

  it('never take a blob, or a name that ends in #main', () => {
    refuses(open, blob, '/it/$type variant')
    refuses(open, { $type: 'com.example.other#main' }, '/it/$type variant')
  })
})

describe('unknown', () => {
  it('is any object, whatever type it names', () => {
    for (const value of [{}, { $type: 'com.example.thing#a' }, { a: [1] }]) accepts({ type: 'unknown' }, value)
  })

  it('is no scalar, list, link, bytes or blob', () => {
    for (const value of [1, 'a', true, null, [], link, new Uint8Array(1), blob, { $link: 'x' }, { $bytes: 'x' }]) {
      refuses({ type: 'unknown' }, value, '/it type')
    }
  })
})

describe('the number of issues', () => {
  const schema: FieldSchema = { type: 'array', items: { type: 'integer' } }

  it('is one, unless more are asked for', () => {
    expect(issuesOf(schema, ['a', 'b'], {})).toEqual(['/it/0 type'])
    expect(issuesOf(schema, ['a', 'b', 'c'], { maxIssues: 2 })).toEqual(['/it/0 type', '/it/1 type'])
  })
})
