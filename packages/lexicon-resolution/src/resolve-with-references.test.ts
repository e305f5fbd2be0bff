import { createLexicons, parseLexicon } from '@atoll/lexicon'
import type { Nsid } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { schema } from '../test/publishers.ts'
import { LexiconResolutionError } from './errors.ts'
import { resolveWithReferences } from './resolve-with-references.ts'

const world = [
  schema('com.example.a', 'com.example.b', 'com.example.c#main'),
  schema('com.example.b', 'com.example.a', '#main'),
  schema('com.example.c', 'com.example.d'),
  schema('com.example.d'),
]
const asked: string[] = []
const resolve = async (nsid: Nsid) => {
  asked.push(nsid)
  return { document: parseLexicon(world.find(({ id }) => id === nsid)) }
}
const idsOf = async (...args: Parameters<typeof resolveWithReferences>) => {
  asked.length = 0
  return (await resolveWithReferences(...args)).map(({ document }) => document.id)
}

describe('resolveWithReferences', () => {
  it('follows references, each document once, in circles too', async () => {
    const all = ['com.example.a', 'com.example.b', 'com.example.c', 'com.example.d']
    expect(await idsOf(['com.example.a'], resolve)).toEqual(all)
    expect(asked).toEqual(all)
  })

  it('goes no further where a document is known', async () => {
    const isKnown = (nsid: Nsid) => nsid === 'com.example.c'
    expect(await idsOf(['com.example.a'], resolve, { isKnown })).toEqual(['com.example.a', 'com.example.b'])
  })

  it('leaves out what there is nothing for, and values that need it are refused', async () => {
    const found = await resolveWithReferences(['com.example.c'], async (nsid) => {
      return nsid === 'com.example.c' ? resolve(nsid) : undefined
    })
    const result = createLexicons(found.map(({ document }) => document)).validate('com.example.c', { field0: {} })
    expect(result).toMatchObject({ ok: false, issues: [{ path: '/field0', code: 'unknown-schema' }] })
  })

  it('refuses to follow more documents than it is told', async () => {
    await expect(idsOf(['com.example.a'], resolve, { maxDocuments: 3 })).rejects.toThrow(LexiconResolutionError)
    expect(await idsOf(['com.example.a'], resolve, { maxDocuments: 4 })).toHaveLength(4)
    let count = 0
    const endless = async (nsid: Nsid) => ({ document: parseLexicon(schema(nsid, `com.example.n${count++}`)) })
    await expect(idsOf(['com.example.a'], endless)).rejects.toThrow('more than 256 documents')
  })
})
