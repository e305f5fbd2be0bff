import { generateKeyPair } from '@atoll/crypto'
import { createIdentityResolver, IdentityUnavailableError } from '@atoll/identity'
import { parseDid } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { Account, testDatetime, testTime } from '../../test/account.ts'
import { received } from '../../test/frames.ts'
import { identityEvent } from '../build/events.ts'
import { identitySource } from './identity-source.ts'
import { verifyCommitEvent } from './verify-commit-event.ts'
import { verifyIdentityEvent } from './verify-event.ts'

const did = parseDid('did:web:alice.test')
const key = generateKeyPair('k256').didKey()
const document = {
  id: did,
  verificationMethod: [
    { id: `${did}#atproto`, type: 'Multikey', controller: did, publicKeyMultibase: key.slice('did:key:'.length) },
  ],
  service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: 'https://pds.test' }],
}

/** A source over a resolver whose network gives this response. */
function sourceOf(answer: () => Response) {
  const asked: string[] = []
  const resolver = createIdentityResolver({
    fetch: async (url) => {
      asked.push(String(url))
      return answer()
    },
    lookupTxt: async () => [],
  })
  return { asked, ...identitySource(resolver) }
}

describe('identitySource', () => {
  it('gives the key and the server of an account', async () => {
    const { signingKeyOf, pdsOf, asked } = sourceOf(() => Response.json(document))
    expect(await signingKeyOf(did, { refresh: false })).toBe(key)
    expect(await pdsOf(did, { refresh: false })).toBe('https://pds.test')
    expect(asked).toHaveLength(1)
    await signingKeyOf(did, { refresh: true })
    expect(asked).toHaveLength(2)
  })

  it('gives nothing for an account that is gone, or has an invalid document', async () => {
    const answers = [
      () => new Response('', { status: 404 }),
      () => Response.json({ ...document, id: 'did:web:eve.test' }),
    ]
    for (const answer of answers) {
      const { signingKeyOf, pdsOf } = sourceOf(answer)
      expect(await signingKeyOf(did, { refresh: false })).toBeUndefined()
      expect(await pdsOf(did, { refresh: false })).toBeUndefined()
    }
    const { signingKeyOf } = sourceOf(() => Response.json(document))
    expect(await signingKeyOf(parseDid('did:example:alice'), { refresh: false })).toBeUndefined()
  })

  it('does not take a source that fails for the end of an account', async () => {
    const { signingKeyOf } = sourceOf(() => new Response('', { status: 503 }))
    await expect(signingKeyOf(did, { refresh: false })).rejects.toThrow(IdentityUnavailableError)
  })
})

describe('one message about an account that nothing is known of', () => {
  const kinds = [
    { host: 'https://pds.test', outcome: 'accept' },
    { host: 'https://hostile.test', outcome: 'reject' },
    { host: undefined, outcome: 'accept' },
  ]
  it.each(kinds)('has the source asked once: #identity from $host', async ({ host, outcome }) => {
    const { asked, signingKeyOf, pdsOf } = sourceOf(() => Response.json(document))
    const verifying = { signingKeyOf, ...(host ? { host: { url: host, pdsOf } } : {}) }
    const message = received('identity', identityEvent(did, undefined, testDatetime))
    expect(await verifyIdentityEvent(message, verifying)).toMatchObject({ outcome })
    expect(asked).toHaveLength(1)
  })

  it.each([
    { host: 'https://pds.test', rule: 'signature' },
    { host: 'https://hostile.test', rule: 'host' },
    { host: undefined, rule: 'signature' },
  ])('has the source asked once: a forged #commit from $host', async ({ host, rule }) => {
    const { asked, signingKeyOf, pdsOf } = sourceOf(() => Response.json(document))
    const verifying = { signingKeyOf, now: () => testTime, ...(host ? { host: { url: host, pdsOf } } : {}) }
    const forged = new Account('alice').event()
    expect(await verifyCommitEvent(received('commit', forged), {}, verifying)).toMatchObject({
      outcome: 'reject',
      rule,
    })
    expect(asked).toHaveLength(1)
  })

  it('has a source that names no server asked once', async () => {
    for (const answer of [() => new Response('', { status: 404 }), () => Response.json({})]) {
      const { asked, signingKeyOf, pdsOf } = sourceOf(answer)
      const message = received('identity', identityEvent(did, undefined, testDatetime))
      const verdict = await verifyIdentityEvent(message, { signingKeyOf, host: { url: 'https://pds.test', pdsOf } })
      expect(verdict).toMatchObject({ outcome: 'drop', rule: 'identity' })
      expect(asked).toHaveLength(1)
    }
  })

  it('does not keep the next message from asking: it may tell of a change', async () => {
    let current: object = { ...document, service: [] }
    const { asked, signingKeyOf, pdsOf } = sourceOf(() => Response.json(current))
    const message = received('identity', identityEvent(did, undefined, testDatetime))
    const verifying = { signingKeyOf, host: { url: 'https://pds.test', pdsOf } }
    expect(await verifyIdentityEvent(message, verifying)).toMatchObject({ outcome: 'drop' })
    current = document
    expect(await verifyIdentityEvent(message, verifying)).toMatchObject({ outcome: 'accept' })
    expect(asked).toHaveLength(2)
  })
})

describe('a host that speaks for the account of another', () => {
  it('has the directory asked no more often for many messages than for one, and no key refreshed', async () => {
    const { asked, ...source } = sourceOf(() => Response.json(document))
    const refreshedKeys: boolean[] = []
    const signingKeyOf: typeof source.signingKeyOf = (of, options) => {
      refreshedKeys.push(options.refresh)
      return source.signingKeyOf(of, options)
    }
    const verifying = { signingKeyOf, host: { url: 'https://hostile.test', pdsOf: source.pdsOf } }
    const message = received('identity', identityEvent(did, undefined, testDatetime))
    for (let times = 0; times < 50; times++) {
      expect(await verifyIdentityEvent(message, verifying)).toMatchObject({ outcome: 'reject', rule: 'host' })
    }
    expect(asked).toHaveLength(2)
    expect(refreshedKeys).toEqual([])
  })
})
