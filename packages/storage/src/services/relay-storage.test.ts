import { MemoryTables } from '../core/memory-tables.ts'
import { MemoryTransactions } from '../core/memory-transactions.ts'
import type { Part, StorageOf } from '../core/storage.ts'
import type { OpenStorage } from '../core/suite.ts'
import { eventLogSuite } from '../events/event-log-suite.ts'
import { MemoryEvents } from '../events/memory-events.ts'
import { MemoryRecords } from '../records/memory-records.ts'
import { type RecordPart, recordMethods } from '../records/record-store.ts'
import { recordStoreSuite } from '../records/record-store-suite.ts'
import { MemoryRepos } from '../repos/memory-repos.ts'
import { type RepoPart, repoMethods } from '../repos/repo-store.ts'
import { repoStoreSuite } from '../repos/repo-store-suite.ts'
import { MemoryState } from '../state/memory-state.ts'
import { stateStoreSuite } from '../state/state-store-suite.ts'
import { type RelayStorage, type RelayTransaction, relayMethods } from './relay-storage.ts'

/** A relay's storage has only its own parts: it knows nothing of accounts or invites. */
function openRelay(tables: MemoryTables, nowMs: number): RelayStorage {
  const events = new MemoryEvents(tables, nowMs)
  const state = new MemoryState(tables)
  const transactions = new MemoryTransactions<RelayTransaction>({
    tables,
    methods: relayMethods,
    writers: { events, state },
    onSettled: (committed) => events.settle(committed),
  })
  return {
    events,
    state,
    transact: (did, work) => transactions.transact(did, work),
    close: () => transactions.close(),
  }
}

type MirrorTransaction = (RepoPart & RecordPart)['writes']

/** Repositories without accounts, as a mirror would keep them. */
function openMirror(tables: MemoryTables): StorageOf<RepoPart & RecordPart> {
  const repos = new MemoryRepos(tables)
  const records = new MemoryRecords(tables)
  const transactions = new MemoryTransactions<MirrorTransaction>({
    tables,
    methods: { ...repoMethods, ...recordMethods },
    writers: { repo: repos, records },
  })
  return {
    repos,
    records,
    transact: (did, work) => transactions.transact(did, work),
    close: () => transactions.close(),
  }
}

function opening<P extends Part>(open: (tables: MemoryTables, nowMs: number) => StorageOf<P>): OpenStorage<P> {
  return async ({ now = Date.now } = {}) => {
    const tables = new MemoryTables()
    const reopen = async () => open(tables, now())
    return { storage: await reopen(), reopen, close: async () => {} }
  }
}

eventLogSuite('relay in memory', opening(openRelay))
stateStoreSuite('relay in memory', opening(openRelay))
repoStoreSuite('mirror in memory', opening(openMirror))
recordStoreSuite('mirror in memory', opening(openMirror))
