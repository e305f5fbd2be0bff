// Runs in a project whose data-model, syntax, lexicon, xrpc and crypto are newer than those that
// the other packages bring along.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { writeCar } from '@atoll/car'
import { generateKeyPair } from '@atoll/crypto'
import {
  BlockMap,
  blockOf,
  CborError,
  Cid,
  cidOfRaw,
  encodeCbor,
  findBlobRefs,
  isBlobRef,
  isCid,
} from '@atoll/data-model'
import { post } from '@atoll/lexicons/app.bsky.feed'
import { applyWrites, createRepo, exportRepo, importRepo } from '@atoll/repo'
import { MemoryPdsStorage } from '@atoll/storage'
import { formatDatetime, InvalidDidError, parseNsid, parseRecordKey, TidClock } from '@atoll/syntax'
import { XrpcError } from '@atoll/xrpc'
import { createRouter, route } from '@atoll/xrpc-server'

/** The data-model that the package `owner` has. */
async function dataModelOf(owner: string): Promise<typeof import('@atoll/data-model')> {
  const require = createRequire(new URL(`./node_modules/${owner}/package.json`, import.meta.url))
  return import(pathToFileURL(require.resolve('@atoll/data-model')).href)
}

function check(holds: unknown, rule: string): void {
  if (holds) return
  console.log(rule)
  process.exitCode = 1
}

const older = await dataModelOf('@atoll/repo')
check(older.Cid !== Cid, 'there are two copies of data-model')

const image = cidOfRaw(Uint8Array.of(1, 2, 3))
const blob = { $type: 'blob', ref: image, mimeType: 'image/png', size: 3 } as const
const value = { $type: 'app.bsky.feed.post', text: 'Ahoy', createdAt: '2026-03-05T12:34:56.789Z', image: blob }
const olderImage = older.cidOfRaw(Uint8Array.of(1, 2, 3))

check(image instanceof older.Cid && olderImage instanceof Cid, 'a Cid is an instance of both classes')
check(isCid(olderImage) && older.isCid(image), 'isCid knows a Cid of the other copy')
check(image.equals(olderImage) && olderImage.equals(image), 'Cids of both copies are equal')
check(isBlobRef({ ...blob, ref: olderImage }) && older.isBlobRef(blob), 'isBlobRef knows a Cid of the other copy')
check([...older.findBlobRefs(value)].length === [...findBlobRefs(value)].length, 'findBlobRefs finds the same')
check(Buffer.from(older.encodeCbor(value)).equals(encodeCbor(value)), 'both copies encode a record to the same bytes')
check(post.validate(value).ok, 'a validator accepts a record with a Cid of the other copy')

try {
  older.decodeCbor(Uint8Array.of(0xff))
} catch (error) {
  check(error instanceof CborError, 'a CborError of the other copy is caught as one')
}

const did = 'did:web:alice.example'
const sign = generateKeyPair('k256')
const clock = new TidClock()
const first = createRepo({ did, sign, rev: clock.next() })
const blocks = new BlockMap(first.added)
const record = blockOf(value)
const commit = applyWrites({
  did,
  head: first.head,
  get: (cid) => blocks.get(cid),
  writes: [{ action: 'create', collection: parseNsid('app.bsky.feed.post'), rkey: parseRecordKey('first'), ...record }],
  sign,
  rev: clock.next(first.head.rev),
})
check(commit.head.cid instanceof Cid, 'the Cid of a commit is a Cid')

const storage = new MemoryPdsStorage()
await storage.transact(did, (tx) => {
  tx.accounts.create({ did, handle: 'alice.example', createdAt: formatDatetime(new Date()) })
  tx.repo.apply({ ...first, records: [], blobs: [] })
  tx.repo.apply({ ...commit, records: [], blobs: [] })
})
const head = await storage.repos.head(did)
check(head?.cid.equals(commit.head.cid), 'a storage keeps a commit of the other copy')

void [exportRepo, importRepo, writeCar, InvalidDidError, XrpcError, createRouter, route]
