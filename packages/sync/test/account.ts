// An account whose repository is kept in memory, and the events of its commits.

import { generateKeyPair, type KeyPair } from '@atoll/crypto'
import { BlockMap, blockOf, type Cid, type ValueMap } from '@atoll/data-model'
import { applyWrites, type CommitData, createRepo, type Head, type RecordWrite } from '@atoll/repo'
import type { EventTemplate } from '@atoll/sync'
import { type Did, formatDatetime, formatTid, parseDid, parseNsid, parseRecordKey } from '@atoll/syntax'
import { commitEvent } from '../src/index.ts'

/** When everything in the tests happens. */
export const testTime = Date.UTC(2026, 4, 6, 7, 8, 9)
export const testDatetime = formatDatetime(new Date(testTime))

export function put(action: 'create' | 'update', path: string, value: ValueMap = { text: path }): RecordWrite {
  return { action, ...place(path), ...blockOf({ $type: place(path).collection, ...value }) }
}

export function remove(path: string): RecordWrite {
  return { action: 'delete', ...place(path) }
}

function place(path: string) {
  const [collection = '', rkey = ''] = path.split('/')
  return { collection: parseNsid(collection), rkey: parseRecordKey(rkey) }
}

/** The path of the n-th post. */
export function post(count: number): string {
  return `app.bsky.feed.post/${formatTid(1_700_000_000_000_000 + count * 7_654_321, 3)}`
}

export class Account {
  readonly did: Did
  readonly keyPair: KeyPair
  readonly blocks = new BlockMap()
  head: Head
  /** The newest commit. */
  commit: CommitData
  #seconds = 0

  constructor(name: string, writes: readonly RecordWrite[] = [], keyPair: KeyPair = generateKeyPair('k256')) {
    this.keyPair = keyPair
    this.did = parseDid(`did:web:${name}.test`)
    this.commit = createRepo({ did: this.did, writes, sign: this.keyPair, rev: this.nextRev() })
    this.head = this.commit.head
    this.accept(this.commit)
  }

  readonly get = (cid: Cid): Uint8Array | undefined => this.blocks.get(cid)

  /** A rev a second after the last, an hour before the tests' time. */
  nextRev() {
    return formatTid((testTime - 3_600_000 + 1000 * this.#seconds++) * 1000, 1)
  }

  write(...writes: RecordWrite[]): CommitData {
    const { did, head, get, keyPair } = this
    return this.accept(applyWrites({ did, head, get, writes, sign: keyPair, rev: this.nextRev() }))
  }

  /** The event of the newest commit. */
  event(): EventTemplate {
    return commitEvent(this.commit, testDatetime)
  }

  accept(commit: CommitData): CommitData {
    this.blocks.addAll(commit.added)
    this.head = commit.head
    return (this.commit = commit)
  }
}
