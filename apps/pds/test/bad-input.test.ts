import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

let pds: PdsUnderTest
let alice: TestAccount

beforeAll(async () => {
  pds = await PdsUnderTest.start()
  alice = await pds.account('alice')
  await pds.postOf(alice, 'to be kept')
})
afterAll(() => pds.close())

const cidV0 = 'QmRQ353oFNqt8zfZ9XgRnB3aFuQ7HcJEPaTjVxJZ8sGqSP'
const did = () => encodeURIComponent(alice.did)

// Each gets a 4xx and a name, changes nothing, and is no fault of the server's.
const requests: [string, () => [string, RequestInit?]][] = [
  ['a CID of an old kind for a blob', () => [`/xrpc/com.atproto.sync.getBlob?did=${did()}&cid=${cidV0}`]],
  ['a CID of an old kind for a block', () => [`/xrpc/com.atproto.sync.getBlocks?did=${did()}&cids=${cidV0}`]],
  [
    'a CID of an old kind for a record',
    () => [`/xrpc/com.atproto.repo.getRecord?repo=${did()}&collection=app.bsky.feed.post&rkey=x&cid=${cidV0}`],
  ],
  ['a cursor that is not a CID', () => [`/xrpc/com.atproto.sync.listBlobs?did=${did()}&cursor=nonsense`]],
  ['an invalid rev', () => [`/xrpc/com.atproto.sync.getRepo?did=${did()}&since=yesterday`]],
  ['a missing parameter', () => ['/xrpc/com.atproto.sync.getRepo']],
  ['a parameter given twice', () => [`/xrpc/com.atproto.sync.getRepo?did=${did()}&did=did:plc:other`]],
  [
    'a path in the place of a record key',
    () => [`/xrpc/com.atproto.repo.getRecord?repo=${did()}&collection=app.bsky.feed.post&rkey=a/b`],
  ],
  ['a DID with a bad escape', () => ['/xrpc/com.atproto.sync.getRepo?did=%E0%A4%A']],
  ['an unknown method', () => ['/xrpc/com.atproto.sync.noSuchMethod']],
  ['a query with POST', () => ['/xrpc/com.atproto.sync.listRepos', { method: 'POST' }]],
  ['a procedure with GET', () => ['/xrpc/com.atproto.repo.createRecord']],
  ['no body', () => ['/xrpc/com.atproto.repo.createRecord', post(undefined)]],
  ['a body that is not JSON', () => ['/xrpc/com.atproto.repo.createRecord', post('{"repo":')]],
  ['a body that is a list', () => ['/xrpc/com.atproto.repo.createRecord', post('[]')]],
  ['a body in another encoding', () => ['/xrpc/com.atproto.repo.createRecord', post('<xml/>', 'text/xml')]],
  ['invalid UTF-8', () => ['/xrpc/com.atproto.repo.createRecord', post(Buffer.from('7b2261223a22ff227d', 'hex'))]],
  [
    'a record with a malformed link',
    () => ['/xrpc/com.atproto.repo.createRecord', record('{"link":{"$link":"not a cid"}}')],
  ],
  [
    'a record with malformed bytes',
    () => ['/xrpc/com.atproto.repo.createRecord', record('{"bytes":{"$bytes":"***"}}')],
  ],
  [
    'a record with a malformed blob',
    () => ['/xrpc/com.atproto.repo.createRecord', record('{"blob":{"$type":"blob","size":-1}}')],
  ],
  [
    'a record with a blob whose CID is not raw',
    () => {
      const ref = { $link: 'bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq' }
      const blob = { $type: 'blob', ref, mimeType: 'text/plain', size: 1 }
      return ['/xrpc/com.atproto.repo.createRecord', record(JSON.stringify({ blob }))]
    },
  ],
  ['a record that is not an object', () => ['/xrpc/com.atproto.repo.createRecord', record('"text"')]],
  [
    'a swap with a CID of an old kind',
    () => ['/xrpc/com.atproto.repo.createRecord', record('{}', `,"swapCommit":"${cidV0}"`)],
  ],
  [
    'a collection that is not an NSID',
    () => ['/xrpc/com.atproto.repo.createRecord', post(`{"repo":"${alice.did}","collection":"post","record":{}}`)],
  ],
  [
    'a body over a megabyte',
    () => ['/xrpc/com.atproto.repo.createRecord', record(`{"text":"${'x'.repeat(1_000_000)}"}`)],
  ],
  [
    'a body of 200 KB elsewhere',
    () => ['/xrpc/com.atproto.identity.updateHandle', post(`{"x":"${'x'.repeat(200_000)}"}`)],
  ],
  [
    'a write of an unknown kind',
    () => [
      '/xrpc/com.atproto.repo.applyWrites',
      post(`{"repo":"${alice.did}","writes":[{"$type":"com.atproto.repo.applyWrites#undo"}]}`),
    ],
  ],
  ['a lone surrogate', () => ['/xrpc/com.atproto.repo.createRecord', record('{"text":"\\ud800"}')]],
]

function post(body: BodyInit | Buffer | undefined, type = 'application/json'): RequestInit {
  const headers = {
    authorization: `Bearer ${alice.accessJwt}`,
    ...(body === undefined ? {} : { 'content-type': type }),
  }
  return { method: 'POST', headers, body: body as BodyInit }
}

function record(json: string, more = ''): RequestInit {
  return post(`{"repo":"${alice.did}","collection":"com.example.thing","record":${json}${more}}`)
}

describe('bad input', () => {
  it.each(requests)('%s is refused, and changes nothing', async (_, request) => {
    const head = () => pds.adapters.storage.repos.head(alice.did)
    const before = await head()
    const response = await pds.fetch(...request())
    const body = (await response.json()) as { error: string; message: string }
    expect(response.status === 501 || (response.status >= 400 && response.status < 500)).toBe(true)
    expect(body).toEqual({ error: expect.stringMatching(/^[A-Z][A-Za-z]+$/), message: expect.stringMatching(/\S/) })
    expect(await head()).toEqual(before)
    expect(pds.errors).toEqual([])
  })
})
