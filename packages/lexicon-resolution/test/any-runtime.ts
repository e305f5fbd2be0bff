// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { cidOfLexicon, resolveLexicon, resolveWithReferences } from '@atoll/lexicon-resolution'
import { Publishers, schema } from './publishers.ts'

const [sighting, place] = ['com.example.reef.sighting', 'com.example.reef.place'] as const

export async function scenario() {
  const publishers = new Publishers()
  const records = { [sighting]: schema(sighting, place), [place]: schema(place) }
  publishers.publish('did:web:reef.example.com', records, 'reef.example.com')
  const found = await resolveWithReferences([sighting], (nsid) => resolveLexicon(nsid, publishers.network))
  const missing = await resolveLexicon('com.example.reef.tide', publishers.network).catch((error) => error.message)
  return {
    found: found.map(({ document, cid, record }) => [document.id, cid.equals(cidOfLexicon(record))]),
    missing,
  }
}

export const expected = {
  found: [
    [sighting, true],
    [place, true],
  ],
  missing: 'com.example.reef.tide: did:web:reef.example.com does not publish it',
}
