import { MemoryBlobStore, MemoryPdsStorage } from '@atoll/storage'
import { SampleRepo } from '@atoll/storage/testing'
import { type Did, formatDatetime, parseDatetime, parseHandle } from '@atoll/syntax'
import { expect, it } from 'vitest'
import { DidLocks } from '../did-locks.ts'
import { HostedDocuments } from '../identity/hosted-documents.ts'
import { Exports } from '../repos/read/exports.ts'
import { Deletions } from './deletions.ts'
import { Erasures } from './erasures.ts'

const due: Did = 'did:plc:alicealicealicealicealic'
const later: Did = 'did:plc:bobbobbobbobbobbobbobbob'
const back: Did = 'did:plc:carolcarolcarolcarolcaro'
const start = Date.parse('2026-01-01T00:00:00.000Z')
const day = 24 * 60 * 60 * 1000
const at = (ms: number) => formatDatetime(new Date(ms))

it('deletes accounts out of service when the time that their owners set has come', async () => {
  const storage = new MemoryPdsStorage()
  for (const [did, name, days] of [
    [due, 'due', 3],
    [later, 'later', 4],
    [back, 'back', 3],
  ] as const) {
    await storage.transact(did, (tx) => {
      const handle = parseHandle(`${name}.test`)
      tx.accounts.create({ did, handle, email: `${name}@example.com`, createdAt: parseDatetime(at(start)) })
      tx.accounts.update(did, { deactivatedAt: at(start), deleteAfter: at(start + days * day) })
      tx.repo.apply(new SampleRepo(did).commit({ 'a.b.c/one': 'text' }))
    })
  }
  await storage.transact(back, (tx) => tx.accounts.update(back, { deactivatedAt: undefined, deleteAfter: undefined }))

  let now = start
  const repoLocks = new DidLocks()
  const failures: unknown[] = []
  const erasures = new Erasures({
    storage,
    store: new MemoryBlobStore(),
    locks: repoLocks,
    onError: (error) => failures.push(error),
  })
  const unused = undefined as never // accounts whose time has come give neither password nor code
  const deletions = new Deletions({
    storage,
    accounts: unused,
    codes: unused,
    hosted: new HostedDocuments({ storage, domains: ['.test'], pds: 'https://pds.test', mayBegin: true }),
    exports: new Exports(storage.repos),
    erasures,
    nameLocks: new DidLocks(),
    repoLocks,
    now: () => now,
  })
  const left = async () => {
    await deletions.carryOutDue()
    const dids = [due, later, back]
    const found = await Promise.all(dids.map((did) => storage.accounts.get(did)))
    return dids.filter((_, n) => found[n])
  }
  now = start + 3 * day - 1
  expect(await left()).toEqual([due, later, back])
  now = start + 3 * day
  expect(await left()).toEqual([later, back])
  expect(await storage.repos.head(due)).toBeUndefined()
  const events = await storage.events.page({ after: 0, limit: 9 })
  expect(events).toMatchObject([{ did: due, kind: 'account', time: at(now) }])
  now = start + 5 * day
  expect(await left()).toEqual([back])
  await erasures.settled()
  expect(failures).toEqual([])
  expect(await storage.state.list('erasures')).toEqual([])
})
