import { lexicons } from '@atoll/lexicons'
import { isGeneralError } from '@atoll/xrpc'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { notServed } from '../src/not-served.ts'
import { undeclaredErrors } from '../src/undeclared-errors.ts'
import { PdsUnderTest } from './pds-under-test.ts'

const servedElsewhere = Object.keys(notServed)

/** Methods of a personal data server that are still to come. */
const stillToCome: readonly string[] = [
  'app.bsky.actor.getPreferences',
  'app.bsky.actor.putPreferences',
  'com.atproto.lexicon.resolveLexicon',
  'com.atproto.temp.checkHandleAvailability',
  'com.atproto.temp.dereferenceScope',
  'com.atproto.temp.requestPhoneVerification',
  'com.atproto.temp.revokeAccountCredentials',
]

const described = lexicons()
  .nsids()
  .filter((nsid) => lexicons().method(nsid) !== undefined)

describe('the routes', () => {
  let pds: PdsUnderTest
  let served: string[]

  beforeAll(async () => {
    pds = await PdsUnderTest.start()
    served = []
    for (const nsid of described) if (await isServed(nsid)) served.push(nsid)
  })
  afterAll(() => pds.close())

  /** An empty request to a served method may be refused, but not as unimplemented. */
  async function isServed(nsid: string): Promise<boolean> {
    const method = lexicons().method(nsid)?.kind === 'procedure' ? 'POST' : 'GET'
    const { status } = await pds.fetch(`/xrpc/${nsid}`, { method })
    return status !== 501
  }

  it('serve every method that the lexicons describe, except those listed here', () => {
    expect([...served, ...servedElsewhere, ...stillToCome].sort()).toEqual([...described].sort())
  })

  it('name each method once', () => {
    const all = [...served, ...servedElsewhere, ...stillToCome]
    expect(all).toHaveLength(new Set(all).size)
  })

  it('refuse with undeclared names only in methods that are served, and only where no lexicon declares them', () => {
    for (const [nsid, names] of Object.entries(undeclaredErrors)) {
      expect(served).toContain(nsid)
      const declared: readonly string[] = lexicons().method(nsid)?.errors ?? []
      expect(
        names.filter((name) => declared.includes(name) || isGeneralError(name)),
        nsid,
      ).toEqual([])
    }
  })
})
