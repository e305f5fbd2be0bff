import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Access } from '../src/access/access.ts'
import { routes } from '../src/routes.ts'
import type { Services } from '../src/services.ts'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

interface Subject {
  readonly account: TestAccount
  readonly rkey: string
  readonly recordCid: string
  readonly blobCid: string
}
type Params = Record<string, string>

const collection = 'com.example.thing'

/** How each method that anyone may read with is asked about an account. */
const reads: Readonly<Record<string, (subject: Subject) => Params>> = {
  'com.atproto.identity.resolveHandle': ({ account }) => ({ handle: account.handle }),
  'com.atproto.repo.describeRepo': ({ account }) => ({ repo: account.did }),
  'com.atproto.repo.getRecord': ({ account, rkey }) => ({ repo: account.did, collection, rkey }),
  'com.atproto.repo.listRecords': ({ account }) => ({ repo: account.did, collection }),
  'com.atproto.sync.getBlob': ({ account, blobCid }) => ({ did: account.did, cid: blobCid }),
  'com.atproto.sync.getBlocks': ({ account, recordCid }) => ({ did: account.did, cids: recordCid }),
  'com.atproto.sync.getCheckout': ({ account }) => ({ did: account.did }),
  'com.atproto.sync.getHead': ({ account }) => ({ did: account.did }),
  'com.atproto.sync.getLatestCommit': ({ account }) => ({ did: account.did }),
  'com.atproto.sync.getRecord': ({ account, rkey }) => ({ did: account.did, collection, rkey }),
  'com.atproto.sync.getRepo': ({ account }) => ({ did: account.did }),
  'com.atproto.sync.listBlobs': ({ account }) => ({ did: account.did }),
}

/** Those that tell of inactive accounts, or of no account. */
const others: Readonly<Record<string, string>> = {
  'com.atproto.identity.resolveDid': 'the document of a DID is not this server’s to hide',
  'com.atproto.identity.resolveIdentity': 'as resolveDid; it asks the network',
  'com.atproto.server.describeServer': 'tells of no account',
  'com.atproto.sync.getRepoStatus': 'tells the status; below',
  'com.atproto.sync.listRepos': 'tells the status; below',
  'com.atproto.sync.listReposByCollection': 'below',
}

const inactive = ['takendown', 'deactivated', 'deleted'] as const

describe('what is not public', () => {
  let pds: PdsUnderTest
  const subjects = new Map<string, Subject>()
  const of = (state: string): Subject => subjects.get(state)!

  beforeAll(async () => {
    pds = await PdsUnderTest.start()
    for (const state of ['active', ...inactive]) subjects.set(state, await subjectNamed(state))
    const { storage } = pds.adapters
    const at = '2026-01-01T00:00:00.000Z' as never
    const did = (state: string) => of(state).account.did
    await storage.transact(did('takendown'), (tx) => tx.accounts.update(did('takendown'), { takedown: 'because' }))
    await storage.transact(did('deactivated'), (tx) => tx.accounts.update(did('deactivated'), { deactivatedAt: at }))
    const headers = { authorization: `Basic ${btoa('admin:admin-of-the-tests')}` }
    await pds.post('com.atproto.admin.deleteAccount', { did: did('deleted') }, { headers })
  })
  afterAll(() => pds.close())

  async function subjectNamed(name: string): Promise<Subject> {
    const account = await pds.account(name)
    const token = account.accessJwt
    const { body } = await pds.upload('com.atproto.repo.uploadBlob', new TextEncoder().encode(name), 'text/plain', {
      token,
    })
    const record = { blob: body.blob }
    const created = await pds.post(
      'com.atproto.repo.createRecord',
      { repo: account.did, collection, record },
      { token },
    )
    const { uri, cid } = created.body
    return { account, rkey: uri.slice(uri.lastIndexOf('/') + 1), recordCid: cid, blobCid: String(body.blob.ref) }
  }

  const ask = (nsid: string, subject: Subject) => pds.get(nsid, { params: reads[nsid]!(subject) })

  it('is asked of every method that anyone may read with', () => {
    expect([...Object.keys(reads), ...Object.keys(others)].sort()).toEqual(publicQueries())
  })

  it.each(inactive)('is an account that is %s, on any path', async (state) => {
    for (const nsid of Object.keys(reads)) {
      expect((await ask(nsid, of('active'))).status, nsid).toBe(200)
      const { status, body } = await ask(nsid, of(state))
      expect({ nsid, status }).toEqual({ nsid, status: 400 })
      const names = { takendown: 'RepoTakendown', deactivated: 'RepoDeactivated', deleted: 'RepoNotFound' }
      const expected = nsid.startsWith('com.atproto.sync.') ? names[state] : /^(InvalidRequest|HandleNotFound|Repo\w+)$/
      expect(body.error, nsid).toMatch(expected)
    }
    const { did, handle } = of(state).account
    const file = await pds.fetch('/.well-known/atproto-did', { headers: { host: handle } })
    expect(file.status).toBe(404)
    // Certificates stay valid for whoever may come back.
    const { ok: mayBeCertified } = await pds.fetch(`/tls-check?domain=${handle}`)
    expect(mayBeCertified).toBe(state !== 'deleted')
    const listed = await pds.get('com.atproto.sync.listReposByCollection', { params: { collection } })
    expect(listed.body.repos).toEqual([{ did: of('active').account.did }])
    const status = await pds.get('com.atproto.sync.getRepoStatus', { params: { did } })
    if (state === 'deleted') expect(status.body.error).toBe('RepoNotFound')
    else expect(status.body).toEqual({ did, active: false, status: state })
    const all = await pds.get('com.atproto.sync.listRepos')
    const entry = all.body.repos.find((repo: { did: string }) => repo.did === did)
    if (state === 'deleted') expect(entry).toBeUndefined()
    else expect(entry).toMatchObject({ active: false, status: state })
  })

  it('is an account, but to itself and the administrator, while its repository is there', async () => {
    const headers = { authorization: `Basic ${btoa('admin:admin-of-the-tests')}` }
    for (const state of ['takendown', 'deactivated']) {
      for (const nsid of Object.keys(reads).filter((name) => name.startsWith('com.atproto.sync.'))) {
        const params = reads[nsid]!(of(state))
        expect((await pds.get(nsid, { params, headers })).status, `${nsid} ${state}`).toBe(200)
        const other = await pds.get(nsid, { params, token: of('active').account.accessJwt })
        expect(other.status, `${nsid} ${state}`).toBe(400)
      }
    }
  })

  it('is a record or a blob that is taken down, wherever one is shown alone', async () => {
    const { account, rkey, blobCid } = of('active')
    const headers = { authorization: `Basic ${btoa('admin:admin-of-the-tests')}` }
    const uri = `at://${account.did}/${collection}/${rkey}`
    const take = (subject: object, applied: boolean) =>
      pds.post('com.atproto.admin.updateSubjectStatus', { subject, takedown: { applied } } as never, { headers })
    const record = { $type: 'com.atproto.repo.strongRef', uri, cid: of('active').recordCid }
    const blob = { $type: 'com.atproto.admin.defs#repoBlobRef', did: account.did, cid: blobCid }
    for (const [subject, hidden, empty] of [
      [record, ['com.atproto.repo.getRecord', 'com.atproto.sync.getRecord'], ['com.atproto.repo.listRecords']],
      [blob, ['com.atproto.sync.getBlob'], ['com.atproto.sync.listBlobs']],
    ] as const) {
      expect((await take(subject, true)).status).toBe(200)
      for (const nsid of Object.keys(reads)) {
        const { status, body } = await ask(nsid, of('active'))
        const isHidden = (hidden as readonly string[]).includes(nsid)
        expect({ nsid, status }).toEqual({ nsid, status: isHidden ? 400 : 200 })
        if (isHidden) expect(body.error).toMatch(/^(Record|Blob)NotFound$/)
        if ((empty as readonly string[]).includes(nsid)) expect(body.records ?? body.cids).toEqual([])
      }
      await take(subject, false)
    }
  })
})

/** The queries of `routes.ts` that anyone may send. */
function publicQueries(): string[] {
  const open = new Set<unknown>()
  const may = new Proxy({} as Access, {
    get: (_, name) => {
      const authorize = () => undefined
      if (name === 'anyone' || name === 'reader') open.add(authorize)
      return authorize
    },
  })
  const services: unknown = new Proxy({}, { get: () => services })
  return routes(services as Services, may)
    .filter(({ method, authorize }) => method.kind === 'query' && open.has(authorize))
    .map(({ method }) => method.nsid)
    .sort()
}
