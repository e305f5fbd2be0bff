/**
 * Handles that mean the server itself, and its bare domains, which belong to the holder of the
 * domain.
 */
import { MemoryPdsStorage } from '@atoll/storage'
import type { Handle } from '@atoll/syntax'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DidLocks } from '../src/did-locks.ts'
import { HandleChanges } from '../src/handles/handle-changes.ts'
import { HandleRules } from '../src/handles/handle-rules.ts'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const names = {
  PDS_HOSTNAME: 'eu.tulip.example.com',
  PDS_SERVICE_DID: 'did:web:garden.example.com',
  PDS_SERVICE_HANDLE_DOMAINS: '.example.com,.example.org',
}
/**
 * The host name and the host of the DID, a handle of this server above one, and what passes for
 * them under any domain.
 */
const reserved = [
  'eu.tulip.example.com',
  'garden.example.com',
  'tulip.example.com',
  'Garden.example.com',
  'garden.example.org',
]

describe('a name that means the server', () => {
  let pds: PdsUnderTest
  let alice: TestAccount

  const signUp = (handle: string) =>
    pds.post('com.atproto.server.createAccount', { handle, email: 'bob@example.com', password: 'password of bob' })
  const update = (handle: string) =>
    pds.post('com.atproto.identity.updateHandle', { handle }, { token: alice.accessJwt })

  beforeEach(async () => {
    pds = await PdsUnderTest.start(names)
    const { body } = await pds.post('com.atproto.server.createAccount', {
      handle: 'alice.example.com',
      email: 'alice@example.com',
      password: 'password of alice',
    })
    alice = body
  })
  afterEach(() => pds.close())

  it.each(reserved)('is given to no account: %s', async (handle) => {
    expect((await signUp(handle)).body).toEqual({ error: 'HandleNotAvailable', message: 'Reserved handle' })
    expect((await update(handle)).body).toEqual({ error: 'HandleNotAvailable', message: 'Reserved handle' })
    const resolved = await pds.get('com.atproto.identity.resolveHandle', { params: { handle } })
    expect(resolved.body.error).toBe('HandleNotFound')
    const document = await pds.fetch('/.well-known/atproto-did', { headers: { host: handle.toLowerCase() } })
    expect(document.status).toBe(404)
  })

  it('is not a bare domain, with which nobody can sign up either', async () => {
    for (const handle of ['example.com', 'Example.org']) {
      expect((await signUp(handle)).body.error).toBe('UnsupportedDomain')
    }
    expect(await pds.adapters.storage.accounts.count()).toBe(1)
  })
})

describe('a host name of one label', () => {
  it('is reserved whole, and what is left of it without its last letter is not', () => {
    const rules = new HandleRules(['.test'], ['seahorse'])
    expect(() => rules.requireLocal('seahorse.test')).toThrow('Reserved handle')
    expect(() => rules.requireLocal('seahors.test')).not.toThrow()
  })
})

describe('a change of handle', () => {
  const did = 'did:plc:alice'
  const account = { did, handle: 'alice.example.com' as Handle } as const

  const caller = { ip: '192.0.2.1', signal: new AbortController().signal }

  /**
   * What handles lead to in the DNS, and the changes of a server whose host name is a handle domain
   * as well.
   */
  async function setUp(dns: Record<string, string>) {
    const storage = new MemoryPdsStorage()
    await storage.transact(did, (tx) =>
      tx.accounts.create({ ...account, createdAt: '2026-01-01T00:00:00.000Z' as never }),
    )
    const changes = new HandleChanges({
      storage,
      handles: new HandleRules(
        ['.example.com', '.users.example.com', '.home.example.org'],
        ['pds.example.com', 'home.example.org', 'pds.example.net'],
      ),
      identity: { forget: async () => {} },
      lookUps: {
        of: () => ({
          resolveHandle: async (handle) => dns[handle] as typeof did | undefined,
          resolveDid: async () => undefined,
        }),
      },
      plc: {
        handleOperation: async () => undefined, // the document has the handle already
        names: async () => true,
        requireAccepted: async () => {},
        restoreHandle: async () => {},
        submit: async () => 'accepted',
      },
      reserved: { requireFree: async () => {} },
      hosted: { content: async () => undefined, isTaken: async () => false, write: () => {} },
      locks: new DidLocks(),
    })
    return { changes, handle: async () => (await storage.accounts.get(did))?.handle }
  }

  // The second is under the first; the last is above a host of the server, and a name that people
  // would like to have.
  it.each(['example.com', 'users.example.com', 'home.example.org', 'example.net'])(
    'to the bare domain %s needs its proof',
    async (domain) => {
      const without = await setUp({ [domain]: 'did:plc:mallory' })
      await expect(without.changes.change(account, domain, caller)).rejects.toThrow(
        'External handle did not resolve to DID',
      )
      expect(await without.handle()).toBe(account.handle)
      const proven = await setUp({ [domain]: did })
      await proven.changes.change(account, domain, caller)
      expect(await proven.handle()).toBe(domain)
    },
  )

  it.each(['example.com', 'users.example.com', 'home.example.org', 'pds.example.com'])(
    'to %s is the administrator’s to make',
    async (name) => {
      const { changes, handle } = await setUp({})
      await changes.change(account, name, caller, { reserved: true })
      expect(await handle()).toBe(name)
    },
  )

  it('to the host name is refused even where the DNS says so', async () => {
    const { changes, handle } = await setUp({ 'pds.example.com': did })
    await expect(changes.change(account, 'pds.example.com', caller)).rejects.toThrow('Reserved handle')
    expect(await handle()).toBe(account.handle)
  })
})
