// Documents with every type of the schema language. The vectors of records are validated by the one
// of `record`.

type Json = Record<string, unknown>

export const recordId = 'com.example.catalog.record'

const formats = [
  'at-identifier',
  'at-uri',
  'cid',
  'datetime',
  'did',
  'handle',
  'language',
  'nsid',
  'record-key',
  'tid',
  'uri',
]

/** The field for texts of a format. */
export function fieldOfFormat(format: string): string {
  return format.replace(/-(.)/, (_, letter: string) => letter.toUpperCase())
}

/** By the name of the file. */
export const catalog: Readonly<Record<string, Json>> = {
  defs: {
    lexicon: 1,
    id: 'com.example.catalog.defs',
    description: 'Definitions that other documents refer to, and none of its own name.',
    defs: {
      label: { type: 'object', required: ['name'], properties: { name: { type: 'string', maxLength: 20 } } },
      shortText: { type: 'string', maxLength: 5 },
      pair: { type: 'array', items: { type: 'integer' }, minLength: 2, maxLength: 2 },
      red: { type: 'token', description: 'The colour of a stop sign.' },
    },
  },
  record: {
    lexicon: 1,
    id: recordId,
    description: 'A record with a field of every type and limit.',
    defs: {
      main: {
        type: 'record',
        key: 'literal:catalog',
        record: {
          type: 'object',
          required: ['count'],
          nullable: ['maybe', 'maybeObject'],
          properties: {
            count: { type: 'integer' },
            flag: { type: 'boolean' },
            alwaysTrue: { type: 'boolean', const: true },
            temperature: { type: 'integer', minimum: -5, maximum: 40 },
            dice: { type: 'integer', enum: [1, 2, 3, 4, 5, 6] },
            alwaysZero: { type: 'integer', const: 0 },
            pages: { type: 'integer', default: 10 },
            text: { type: 'string' },
            maybe: { type: 'string' },
            name: { type: 'string', minLength: 3, maxLength: 10 },
            title: { type: 'string', minGraphemes: 2, maxGraphemes: 4 },
            line: { type: 'string', maxLength: 40, maxGraphemes: 10 },
            season: { type: 'string', enum: ['spring', 'summer', 'autumn', 'winter'] },
            colour: { type: 'string', knownValues: ['com.example.catalog.defs#red', 'green'] },
            empty: { type: 'string', const: '' },
            hash: { type: 'bytes', minLength: 2, maxLength: 4 },
            anyBytes: { type: 'bytes' },
            link: { type: 'cid-link' },
            file: { type: 'blob' },
            picture: { type: 'blob', accept: ['image/*', 'video/mp4'], maxSize: 1000 },
            anything: { type: 'unknown' },
            list: { type: 'array', items: { type: 'integer', minimum: 0 }, minLength: 1, maxLength: 3 },
            table: { type: 'array', items: { type: 'array', items: { type: 'boolean' } } },
            object: {
              type: 'object',
              required: ['a'],
              nullable: ['b'],
              properties: { a: { type: 'integer' }, b: { type: 'integer' }, c: { type: 'integer' } },
            },
            maybeObject: { type: 'object', properties: {} },
            local: { type: 'ref', ref: '#point' },
            full: { type: 'ref', ref: `${recordId}#point` },
            foreign: { type: 'ref', ref: 'com.example.catalog.defs#label' },
            short: { type: 'ref', ref: 'com.example.catalog.defs#shortText' },
            pair: { type: 'ref', ref: 'com.example.catalog.defs#pair' },
            tree: { type: 'ref', ref: '#tree' },
            shape: { type: 'union', refs: ['#point', '#circle'] },
            closedShape: { type: 'union', refs: ['#point', '#circle'], closed: true },
            foreignShape: { type: 'union', refs: ['com.example.catalog.defs#label'], closed: true },
            typed: { type: 'union', refs: [] },
            shapes: { type: 'array', items: { type: 'union', refs: ['#point', '#circle'] } },
            texts: { type: 'ref', ref: '#texts' },
          },
        },
      },
      point: {
        type: 'object',
        required: ['x', 'y'],
        properties: { x: { type: 'integer' }, y: { type: 'integer' } },
      },
      circle: { type: 'object', required: ['radius'], properties: { radius: { type: 'integer', minimum: 1 } } },
      tree: {
        type: 'object',
        properties: { value: { type: 'integer' }, children: { type: 'array', items: { type: 'ref', ref: '#tree' } } },
      },
      texts: {
        type: 'object',
        description: 'A text of every format, by the name of the format, without hyphens.',
        properties: Object.fromEntries(formats.map((format) => [fieldOfFormat(format), { type: 'string', format }])),
      },
    },
  },
  query: {
    lexicon: 1,
    id: 'com.example.catalog.query',
    defs: {
      main: {
        type: 'query',
        description: 'A query with every type of parameter.',
        parameters: {
          type: 'params',
          required: ['actor'],
          properties: {
            actor: { type: 'string', format: 'at-identifier' },
            limit: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
            all: { type: 'boolean', default: false },
            tags: { type: 'array', items: { type: 'string' }, maxLength: 3 },
            years: { type: 'array', items: { type: 'integer' } },
            flags: { type: 'array', items: { type: 'boolean' } },
          },
        },
        output: {
          encoding: 'application/json',
          schema: { type: 'ref', ref: 'com.example.catalog.defs#label' },
        },
        errors: [{ name: 'NotFound', description: 'There is nothing of this name.' }, { name: 'Gone' }],
      },
    },
  },
  procedure: {
    lexicon: 1,
    id: 'com.example.catalog.procedure',
    defs: {
      main: {
        type: 'procedure',
        parameters: { type: 'params', properties: { dryRun: { type: 'boolean' } } },
        input: {
          description: 'What is to be kept.',
          encoding: 'application/json',
          schema: {
            type: 'object',
            required: ['labels'],
            properties: {
              labels: { type: 'array', items: { type: 'ref', ref: 'com.example.catalog.defs#label' }, maxLength: 10 },
              note: { type: 'string' },
            },
          },
        },
        output: {
          encoding: 'application/json',
          schema: { type: 'union', refs: ['#kept', '#left'] },
        },
        errors: [{ name: 'TooMany' }],
      },
      kept: { type: 'object', properties: { count: { type: 'integer' } } },
      left: { type: 'object', properties: { reason: { type: 'string' } } },
    },
  },
  subscription: {
    lexicon: 1,
    id: 'com.example.catalog.subscription',
    defs: {
      main: {
        type: 'subscription',
        parameters: { type: 'params', properties: { cursor: { type: 'integer', minimum: 0 } } },
        message: { description: 'What happened.', schema: { type: 'union', refs: ['#change', '#info'] } },
        errors: [{ name: 'FutureCursor' }, { name: 'ConsumerTooSlow' }],
      },
      change: {
        type: 'object',
        required: ['seq'],
        properties: { seq: { type: 'integer' }, gone: { type: 'boolean' } },
      },
      info: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string', knownValues: ['OutdatedCursor'] } },
      },
    },
  },
  'permission-set': {
    lexicon: 1,
    id: 'com.example.catalog.permissions',
    defs: {
      main: {
        type: 'permission-set',
        title: 'Keep notes',
        'title:lang': { de: 'Notizen führen', 'pt-BR': 'Guardar notas' },
        detail: 'Write notes, and have them found.',
        'detail:lang': { de: 'Notizen schreiben und finden lassen.' },
        permissions: [
          { type: 'permission', resource: 'repo', collection: ['com.example.note', 'com.example.folder'] },
          {
            type: 'permission',
            resource: 'repo',
            collection: ['com.example.draft'],
            action: ['create', 'update', 'delete'],
          },
          {
            type: 'permission',
            resource: 'rpc',
            lxm: ['com.example.findNotes', 'com.example.getNote'],
            inheritAud: true,
          },
          { type: 'permission', resource: 'rpc', lxm: ['com.example.getFolder'], aud: '*' },
        ],
      },
    },
  },
}
