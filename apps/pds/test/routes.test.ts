import { lexicons } from '@atoll/lexicons'
import { describe, expect, it } from 'vitest'
import { routes, servedElsewhere, stillToCome } from '../src/routes.ts'

const described = lexicons()
  .nsids()
  .filter((nsid) => lexicons().method(nsid) !== undefined)

// Handlers take their services apart when they are made, and touch none of them before they are called.
const nothing: never = new Proxy({}, { get: (_, name) => (name === 'config' ? configOf : nothing) }) as never
const configOf = { service: {}, identity: { handleDomains: [] }, invites: {}, blobs: { uploadLimit: 1 } }
const served = routes(nothing, nothing).map(({ method }) => method.nsid)

describe('the routes', () => {
  it('serve every method that the lexicons describe, or say that they do not', () => {
    expect([...served, ...servedElsewhere, ...stillToCome].sort()).toEqual([...described].sort())
  })

  it('name each method once', () => {
    const all = [...served, ...servedElsewhere, ...stillToCome]
    expect(all).toHaveLength(new Set(all).size)
  })
})
