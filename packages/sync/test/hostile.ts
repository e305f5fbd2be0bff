// Parts from which messages are forged.
import { writeCar } from '@atoll/car'
import type { KeyPair } from '@atoll/crypto'
import { type Block, blockOf, type Cid, encodeCbor, type ValueMap } from '@atoll/data-model'
import { layerOf } from '@atoll/repo'
import type { Account } from './account.ts'

/** A tree node as DAG-CBOR, whatever is wrong with it. */
export function node(left: Cid | null, ...entries: [prefix: number, suffix: string, value: Cid, tree?: Cid][]): Block {
  return blockOf({
    e: entries.map(([p, suffix, v, t]) => ({ k: new TextEncoder().encode(suffix), p, t: t ?? null, v })),
    l: left,
  })
}

/** The first record paths of a series that belong to a layer, in ascending order. */
export function pathsOfLayer(layer: number, count: number): string[] {
  const paths: string[] = []
  for (let index = 0; paths.length < count; index++) {
    const path = `com.example.note/key-${index}`
    if (layerOf(path) === layer) paths.push(path)
  }
  return paths.sort()
}

/** A signed commit block: as `fields` say, else as the account's newest. */
export function commitBlock(account: Account, fields: ValueMap = {}, keyPair: KeyPair = account.keyPair): Block {
  const { did, head } = account
  const { sig, ...unsigned } = { did, version: 3, data: head.data, rev: head.rev, prev: null, ...fields } as ValueMap
  return blockOf({ ...unsigned, sig: sig ?? keyPair.sign(encodeCbor(unsigned)) })
}

/**
 * The fields of a message that carry this commit, in place of the block of the account's newest.
 */
export function carryCommit(account: Account, commit: Block, others?: Iterable<Block>): ValueMap {
  const blocks = others ?? [...account.commit.slice].slice(1)
  return { commit: commit.cid, blocks: writeCar([commit.cid], [commit, ...blocks]) }
}

/** The order of each curve's group. */
const orders = {
  k256: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  p256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
}

/** The other signature that is valid by mathematics. */
export function withHighS(signature: Uint8Array, curve: 'k256' | 'p256'): Uint8Array {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`)
  const high = (orders[curve] - s).toString(16).padStart(64, '0')
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(high, 'hex')])
}
