import { type Block, blockOf, type Cid, cidOfCbor } from '@atoll/data-model'
import type { Head } from '@atoll/repo'
import type { NewEvent, RepoChange } from '@atoll/storage'
import type { Datetime, Did, Nsid, RecordKey, Tid } from '@atoll/syntax'

/** Writes of one repository with the sizes of real ones: a record, the nodes on its path, a commit, a firehose frame. For benchmarks. */
export class RepoWorkload {
  readonly did: Did
  #commits = 0
  #head: Head | undefined
  #nodes: Block[] = []

  constructor(did: Did) {
    this.did = did
  }

  /** The next commit with its event. It takes the place of the three nodes and the commit of the one before. */
  next(): { change: RepoChange; event: NewEvent } {
    const n = this.#commits++
    // Formatted as what they stand for.
    const rev = `3jzf${(n + 0x100000000).toString(32).slice(-8).padStart(9, '2').replace(/[01]/g, '2')}` as Tid
    const record = blockOf({ $type: 'app.bsky.feed.post', text: `${this.did} ${n} `.padEnd(300, 'x') })
    const nodes = [600, 900, 1200].map((size) => filler(`${this.did} ${n}`, size))
    const commit = filler(`${this.did} ${n} commit`, 220)
    const prev = this.#head
    const removed = prev ? [prev.cid, ...this.#nodes.map((node) => node.cid)] : []
    this.#head = { cid: commit.cid, rev, data: nodes[0]!.cid }
    this.#nodes = nodes
    const path = { collection: 'app.bsky.feed.post' as Nsid, rkey: `${rev}${n}` as RecordKey }
    const change: RepoChange = {
      did: this.did,
      prev,
      head: this.#head,
      added: [record, ...nodes, commit],
      removed,
      records: [{ ...path, cid: record.cid }],
      blobs: [],
    }
    return { change, event: eventOf(this.did, 3600) }
  }
}

/** An event of the size of a commit's. */
export function eventOf(did: Did, bytes: number): NewEvent {
  const frame = { bytes: new Uint8Array(bytes), seqOffset: 60 }
  return { did, kind: 'commit', time: new Date().toISOString() as Datetime, frame }
}

function filler(text: string, size: number): { cid: Cid; bytes: Uint8Array } {
  const bytes = new TextEncoder().encode(text.padEnd(size, '.'))
  return { cid: cidOfCbor(bytes), bytes }
}
