import { describe, expect, it } from 'vitest'
import { generate } from './codegen.ts'
import { parseLexicon } from './parse/parse.ts'

const define = (id: string, defs: object) => parseLexicon({ lexicon: 1, id, defs })
const textOf = (id: string, defs: object) => generate([define(id, defs)]).get(`${id.slice(0, id.lastIndexOf('.'))}.ts`)!

describe('generated code', () => {
  it('is one module for each group and an index, whatever the order of the documents', () => {
    const documents = ['com.example.feed.b', 'com.example.feed.a', 'com.example.a'].map((id) =>
      define(id, { main: { type: 'token' } }),
    )
    const files = generate(documents)
    expect(Array.from(files.keys())).toEqual(['com.example.ts', 'com.example.feed.ts', 'index.ts'])
    expect(Array.from(generate(documents.toReversed()))).toEqual(Array.from(files))
    expect(files.get('index.ts')).toContain("import { documents as comExampleFeed } from './com.example.feed.js'")
  })

  it('has types for parameters, bodies, errors and the method itself', () => {
    const text = textOf('com.example.call', {
      main: {
        type: 'query',
        description: 'Ask for things.',
        parameters: {
          type: 'params',
          required: ['who'],
          properties: {
            who: { type: 'string', format: 'did' },
            limit: { type: 'integer', default: 5 },
            tags: { type: 'array', items: { type: 'string' } },
          },
        },
        output: {
          encoding: 'application/json',
          schema: {
            type: 'object',
            required: ['things'],
            properties: { things: { type: 'array', items: { type: 'ref', ref: '#thing' } } },
          },
        },
        errors: [{ name: 'Full' }, { name: 'Gone' }],
      },
      thing: { type: 'object', nullable: ['at'], properties: { at: { type: 'string', format: 'datetime' } } },
    })
    expect(text.slice(text.indexOf('export type'))).toBe(`export type CallParams = {
  who: Did
  limit: number
  tags?: string[]
}

export type CallOutput = {
  things: CallThing[]
}

export type CallError = 'Full' | 'Gone'

/** Ask for things. */
export const call = /* @__PURE__ */ query<CallParams, CallOutput, CallError, 'limit'>(callDefinition)

export const callThingDefinition: DefinitionSource = /* @__PURE__ */ define('com.example.call#thing', '{"type":"object","nullable":["at"],"properties":{"at":{"type":"string","format":"datetime"}}}', () => [datetimeFormat, objectKind, stringKind])

export type CallThing = {
  at?: Datetime | null
}

/** Every document of com.example. */
export const documents = [
  callDocument,
]
`)
  })

  it('carries the documents as text, without descriptions but with properties of that name', () => {
    const text = textOf('com.example.thing', {
      main: {
        type: 'object',
        description: "It's…",
        properties: { description: { type: 'string', description: 'Words.' } },
      },
    })
    expect(text).toContain(
      `define('com.example.thing', '{"type":"object","properties":{"description":{"type":"string"}}}', () => [objectKind, stringKind])`,
    )
    expect(text).toContain("/** It's… */\nexport type Thing = {\n  /** Words. */\n  description?: string\n}")
  })

  it('refers to types and documents of other groups through their modules', () => {
    const files = generate([
      define('com.example.a.x', {
        main: { type: 'object', properties: { y: { type: 'ref', ref: 'com.example.b.defs#y' } } },
      }),
      define('com.example.b.defs', {
        y: { type: 'object', properties: { x: { type: 'ref', ref: 'com.example.a.x' } } },
      }),
    ])
    expect(files.get('com.example.a.ts')).toContain("import * as comExampleB from './com.example.b.js'")
    expect(files.get('com.example.a.ts')).toContain('y?: comExampleB.Y')
    expect(files.get('com.example.a.ts')).toContain('comExampleB.yDefinition])')
    expect(files.get('com.example.b.ts')).toContain('x?: comExampleA.X')
  })

  it.each([
    [{ type: 'bytes' }, 'Uint8Array'],
    [{ type: 'cid-link' }, 'Cid'],
    [{ type: 'blob' }, 'BlobRef'],
    [{ type: 'unknown' }, 'ValueMap'],
    [{ type: 'boolean', const: true }, 'true'],
    [{ type: 'integer', enum: [1, 2] }, '1 | 2'],
    [{ type: 'integer', enum: [] }, 'never'],
    [{ type: 'array', items: { type: 'integer', enum: [1, 2] } }, '(1 | 2)[]'],
    [{ type: 'string', const: "it's" }, "'it\\'s'"],
    [{ type: 'string', enum: ['a', 'b'] }, "'a' | 'b'"],
    [{ type: 'string', knownValues: ['a'] }, "'a' | (string & {})"],
    [{ type: 'string', format: 'language' }, 'Language'],
    [{ type: 'object', properties: { 'a-b': { type: 'integer' } } }, "{\n    'a-b'?: number\n  }"],
    [{ type: 'union', refs: ['#x'], closed: true }, "Variant<ThingX, 'com.example.thing#x'>"],
    [{ type: 'union', refs: ['#x'] }, "Variant<ThingX, 'com.example.thing#x'> | UnknownVariant"],
    [{ type: 'union', refs: [] }, 'UnknownVariant'],
  ])('has a type for %j', (schema, type) => {
    const text = textOf('com.example.thing', {
      main: { type: 'object', properties: { it: schema } },
      x: { type: 'object' },
    })
    expect(text).toContain(`  it?: ${type}\n}`)
  })

  it('has constants for tokens, and gives records their type', () => {
    const record = { type: 'record', key: 'tid', record: { type: 'object', properties: {} } }
    const text = textOf('com.example.thing', { main: record, red: { type: 'token' } })
    expect(text).toContain("export const thingRed = 'com.example.thing#red'")
    expect(text).toContain("export type Thing = {\n  $type: 'com.example.thing'\n}")
    expect(text).toContain('export const thing = /* @__PURE__ */ recordType<Thing>(thingDefinition)')
  })

  it('refuses definitions whose names would be the same', () => {
    const documents = [
      define('com.example.call', { thing: { type: 'object' } }),
      define('com.example.defs', { callThing: { type: 'object' } }),
    ]
    expect(() => generate(documents)).toThrow('two declarations of com.example would be called callThingDefinition')
  })

  it('tells groups apart that would have one name, and makes no module a file of declarations', () => {
    const ids = ['com.my-app.thing', 'com.my.app.thing', 'com.my.d.thing'] as const
    const files = generate(ids.map((id) => define(id, { main: { type: 'object' } })))
    expect(Array.from(files.keys())).toEqual(['com.my-app.ts', 'com.my.app.ts', 'com.my.d_.ts', 'index.ts'])
    const index = files.get('index.ts')
    expect(index).toContain("import { documents as comMyApp } from './com.my-app.js'")
    expect(index).toContain("import { documents as comMyApp$ } from './com.my.app.js'")
    expect(index).toContain("import { documents as comMyD } from './com.my.d_.js'")
    expect(index).toContain('    ...comMyApp,\n    ...comMyApp$,\n    ...comMyD,\n')
  })

  it('gives way where a document has the name of an import or of a keyword', () => {
    const text = textOf('com.example.query', {
      did: { type: 'string', format: 'did' },
      main: {
        type: 'query',
        output: { encoding: 'application/json', schema: { type: 'ref', ref: '#did' } },
      },
    })
    expect(text).toContain('query as query$, refKind, stringKind } from')
    expect(text).toContain('export const query = /* @__PURE__ */ query$<')
    const defs = textOf('com.example.defs', { did: { type: 'string', format: 'did' } })
    expect(defs).toContain("import type { Did as Did$ } from '@atoll/syntax'")
    expect(defs).toContain('export type Did = Did$')
    expect(textOf('com.example.delete', { main: { type: 'query' } })).toContain('export const delete_ = ')
  })

  it('needs every document that is referred to', () => {
    const document = define('com.example.a', { main: { type: 'array', items: { type: 'ref', ref: 'com.example.b' } } })
    expect(() => generate([document])).toThrow('com.example.a refers to com.example.b, which is not among')
  })

  it('needs every definition that is referred to', () => {
    const document = define('com.example.a', { main: { type: 'array', items: { type: 'ref', ref: '#thing' } } })
    expect(() => generate([document])).toThrow('com.example.a refers to com.example.a#thing')
    const fine = define('com.example.b', { main: { type: 'array', items: { type: 'ref', ref: 'com.example.a' } } })
    expect(() => generate([fine], { imports: [{ document, module: 'a' }] })).not.toThrow()
    const other = define('com.example.b', { main: { type: 'array', items: { type: 'ref', ref: 'com.example.a#x' } } })
    expect(() => generate([other], { imports: [{ document, module: 'a' }] })).toThrow(
      'com.example.b refers to com.example.a#x, and com.example.a has no such definition',
    )
  })

  it('names the parts that a definition needs, and no others', () => {
    const text = textOf('com.example.thing', {
      main: { type: 'query', parameters: { type: 'params', properties: { did: { type: 'string', format: 'did' } } } },
      text: { type: 'string', maxGraphemes: 3, minLength: 1 },
      list: { type: 'array', items: { type: 'union', refs: ['#text', 'com.example.thing'] } },
      red: { type: 'token' },
      wide: { type: 'object', required: Array.from({ length: 48 }, (_, i) => `field${i}`) },
    })
    const parts = Array.from(text.matchAll(/define\('([^']*)', '.*?'(?:, \(\) => \[(.*)\])?\)/g), ([, name, list]) => [
      name,
      list,
    ])
    expect(parts).toEqual([
      ['com.example.thing', 'didFormat, stringKind'],
      ['com.example.thing#text', 'graphemesMeasure, lengthMeasure, stringKind'],
      ['com.example.thing#list', 'arrayKind, unionKind, thingTextDefinition, thingDefinition'],
      ['com.example.thing#red', undefined],
      ['com.example.thing#wide', 'fieldLookup, objectKind'],
    ])
  })

  it('cannot be left by a description', () => {
    const text = textOf('com.example.thing', { main: { type: 'object', description: 'a */ b\nc' } })
    expect(text).toContain('/**\n * a *\\/ b\n * c\n */')
  })
})
