import { streamCar } from '@atoll/car'
import { generateKeyPair, type KeyPair } from '@atoll/crypto'
import { BlockMap, blockOf, type Cid, type Value } from '@atoll/data-model'
import { createGenesis, PlcClient } from '@atoll/identity/plc'
import { exportRepo, Mst, signCommit } from '@atoll/repo'
import { type Did, TidClock } from '@atoll/syntax'
import { createServiceJwt } from '@atoll/xrpc-server'
import { collection, newPost } from './records.ts'
import type { Target } from './target.ts'

/** An account that has moved to a server from elsewhere, and has not brought its repository yet. */
export interface Newcomer {
  readonly did: Did
  readonly token: string
  /** The key of the server from which it comes. */
  readonly oldKey: KeyPair
}

let serial = 0

/** Registers an identity of another server, and moves it to the target. */
export async function moveIn(target: Target): Promise<Newcomer> {
  const [oldKey, signer] = [generateKeyPair('k256'), generateKeyPair('k256')]
  const handle = `mover${process.pid}x${serial++}.test` as const
  const { did, op } = createGenesis({
    handle,
    signingKey: oldKey.didKey(),
    rotationKeys: [signer.didKey()],
    pds: 'https://before.test',
    signer,
  })
  await new PlcClient({ url: target.server.plcUrl }).submit(did, op)
  const { did: aud } = await target.call<{ did: Did }>('com.atproto.server.describeServer')
  const proof = createServiceJwt({ iss: did, aud, lxm: 'com.atproto.server.createAccount', keyPair: oldKey })
  const input = { did, handle, email: `${handle.replace('.', '-')}@example.org`, password: 'password-of-the-bench' }
  const { accessJwt } = await target.call<{ accessJwt: string }>('com.atproto.server.createAccount', input, proof)
  return { did, token: accessJwt, oldKey }
}

/** The repository that a newcomer brings: so many posts, in streamable order. */
export async function repositoryOf({ did, oldKey }: Newcomer, records: number): Promise<Buffer> {
  const clock = new TidClock()
  const entries = Array.from({ length: records }, () => {
    // Posts are JSON, and all JSON without floats is of the data model.
    const block = blockOf(newPost() as Value)
    return { path: `${collection}/${clock.next()}`, block }
  })
  const tree = Mst.build(entries.map(({ path, block }) => [path, block.cid]))
  const { block: commit } = signCommit({ did, data: tree.root, rev: clock.next() }, oldKey)
  const blocks = new BlockMap([commit, ...tree.nodes(), ...entries.map(({ block }) => block)])
  const load = (cids: Cid[]) => cids.map((cid) => ({ cid, bytes: blocks.get(cid)! }))
  const chunks: Uint8Array[] = []
  const inOrder = exportRepo({ head: { cid: commit.cid, data: tree.root }, load })
  for await (const chunk of streamCar([commit.cid], inOrder)) chunks.push(chunk)
  return Buffer.concat(chunks)
}
