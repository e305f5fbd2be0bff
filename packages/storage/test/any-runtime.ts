// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { MemoryBlobStore, MemoryPdsStorage } from '@atoll/storage'
import { formatDatetime } from '@atoll/syntax'

const did = 'did:web:alice.test'

async function* body() {
  yield new TextEncoder().encode('ahoy')
}

export async function scenario() {
  const storage = new MemoryPdsStorage()
  await storage.transact(did, (tx) => {
    tx.accounts.create({ did, handle: 'alice.test', createdAt: formatDatetime(new Date()) })
    tx.state.set('greetings', did, 'ahoy')
  })
  const failed = await storage
    .transact(did, (tx) => {
      tx.state.set('greetings', did, 'never said')
      throw new Error('changed its mind')
    })
    .catch((error: Error) => error.message)
  const blobs = new MemoryBlobStore()
  const { cid } = await blobs.upload(did, body(), { maxBytes: 100 })
  await blobs.makePermanent(did, [cid])
  return {
    account: (await storage.accounts.byHandle('Alice.test'))?.did,
    failed,
    greeting: await storage.state.get('greetings', did),
    blob: [cid.toString(), (await blobs.get(did, cid))?.size],
  }
}

export const expected = {
  account: 'did:web:alice.test',
  failed: 'changed its mind',
  greeting: 'ahoy',
  blob: ['bafkreibdkxzz5hk7bslmm2hu3dud72phmjdmvkgilpmirogybatjndt3ge', 4],
}
