import { StorageUnavailableError } from '@atoll/storage'
import { expect, it } from 'vitest'
import { PdsUnderTest } from './pds-under-test.ts'

it('refuses writes with 503 and retry-after while the storage cannot be written, still reads, and recovers by itself', async () => {
  const pds = await PdsUnderTest.start()
  const alice = await pds.account('alice')
  const { storage } = pds.adapters
  const transact = storage.transact.bind(storage)
  const record = { text: 'hello', createdAt: '2026-01-02T03:04:05.678Z' }
  const post = () =>
    pds.post(
      'com.atproto.repo.createRecord',
      { repo: alice.did, collection: 'app.bsky.feed.post', record },
      { token: alice.accessJwt },
    )

  storage.transact = () => Promise.reject(new StorageUnavailableError('full'))
  const refused = await post()
  expect({ status: refused.status, error: refused.body.error }).toEqual({ status: 503, error: 'ServiceUnavailable' })
  expect(refused.headers.get('retry-after')).toBe('5')
  expect((await pds.get('com.atproto.repo.describeRepo', { params: { repo: alice.did } })).status).toBe(200)

  storage.transact = transact
  expect((await post()).status).toBe(200)
  await pds.close()
})
