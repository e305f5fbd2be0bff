import { writeCar } from '@atoll/car'
import type { KeyPair } from '@atoll/crypto'
import { type Block, BlockMap, blockOf, cidOfCbor, type Value } from '@atoll/data-model'
import { Mst, signCommit } from '@atoll/repo'
import { type Did, type Tid, TidClock } from '@atoll/syntax'

/** A repository as another server exports it. */
export interface RepoFile {
  readonly rev: Tid
  readonly commit: Block
  /** The commit first, then nodes, then records. */
  readonly blocks: readonly Block[]
  readonly car: Uint8Array
}

interface RepoFileOptions {
  readonly did: Did
  readonly key: KeyPair
  /** Values by path; bytes are taken as a block as they are. */
  readonly records: { readonly [path: string]: Value | Uint8Array }
  readonly rev?: Tid
}

/** Builds a file of whatever records, signed with `key`. */
export function repoFile({ did, key, records, rev = new TidClock().next() }: RepoFileOptions): RepoFile {
  const entries = Object.entries(records).map(([path, value]) => {
    const block = value instanceof Uint8Array ? { cid: cidOfCbor(value), bytes: value } : blockOf(value)
    return { path, block }
  })
  const tree = Mst.build(entries.sort((a, b) => (a.path < b.path ? -1 : 1)).map(({ path, block }) => [path, block.cid]))
  const { block: commit } = signCommit({ did, data: tree.root, rev }, key)
  const blocks = [...new BlockMap([commit, ...tree.nodes(), ...entries.map(({ block }) => block)])]
  return { rev, commit, blocks, car: carOf(commit, blocks) }
}

export function carOf(commit: Block, blocks: readonly Block[]): Uint8Array {
  return writeCar([commit.cid], blocks)
}
