// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { createLexicons, describeIssues, parseLexicon } from '@atoll/lexicon'
import { generate } from '@atoll/lexicon/codegen'

const sighting = 'com.example.reef.sighting'

export function scenario() {
  const species = { type: 'string', maxGraphemes: 3, maxLength: 64 }
  const seenAt = { type: 'string', format: 'datetime' }
  const record = { type: 'object', required: ['species', 'seenAt'], properties: { species, seenAt } }
  const document = parseLexicon({ lexicon: 1, id: sighting, defs: { main: { type: 'record', key: 'tid', record } } })
  const lexicons = createLexicons([document])
  const judge = (value: object) => {
    const result = lexicons.validateRecord(sighting, { $type: sighting, ...value }, { maxIssues: 9 })
    return result.ok ? 'fine' : describeIssues(result.issues)
  }
  return [
    judge({ species: '🐡🐙👩‍👩‍👧', seenAt: '2024-02-29T10:00:00Z' }),
    judge({ species: '🐡🐙👩‍👩‍👧!', seenAt: '2024-02-30T10:00:00Z' }),
    judge({ species: 7 }),
    [...generate([document]).keys()].join(' '),
  ]
}

export const expected = [
  'fine',
  '/species must not be longer than 3 graphemes; /seenAt must be a datetime',
  '/species must be a string; /seenAt is missing',
  'com.example.reef.ts index.ts',
]
