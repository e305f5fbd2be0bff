// Follows a firehose and trusts nothing: signatures, trees and the order of events are verified.
//   npm run example -- verify-firehose http://localhost:2583 http://localhost:2582
// The arguments are a server or relay, and the did:plc directory if it is not the public one.
import { createIdentityResolver } from '@atoll/identity'
import { createGuardedFetch, nodeDns } from '@atoll/identity/node'
import { createFirehoseConsumer, identitySource, MemoryRepoStates } from '@atoll/sync'

interface Options {
  plcUrl?: string
  signal?: AbortSignal
  print(line: string): void
}

/** Prints each event and its verdict, from the oldest event that the service has. */
export async function verifyFirehose(service: string, { plcUrl, signal, print }: Options): Promise<void> {
  const fetch = createGuardedFetch()
  const identity = createIdentityResolver({
    fetch,
    lookupTxt: nodeDns(),
    // The user of this program chooses the directory, so it may be in a private network.
    ...(plcUrl ? { plcUrl, plcFetch: (url: string, init?: RequestInit) => globalThis.fetch(url, init) } : {}),
  })
  const consumer = createFirehoseConsumer({
    service,
    start: 'oldest',
    cursorStore: { load: () => undefined, save: () => undefined },
    verify: { ...identitySource(identity), states: new MemoryRepoStates() },
    onEvent: (event) => {
      const { kind, message, verdict } = event
      print(`${message.seq} ${kind} of ${message.did}: ${verdict.outcome}`)
      if (event.kind === 'commit') for (const { action, path } of event.operations) print(`  ${action} ${path}`)
    },
    onNotice: (notice) => {
      if (notice.kind === 'discarded') print(`${notice.seq} of ${notice.did}: ${notice.outcome}, ${notice.reason}`)
    },
    ...(signal ? { signal } : {}),
  })
  await consumer.run()
  await fetch.close()
}

if (import.meta.main) {
  const [service = 'http://localhost:2583', plcUrl] = process.argv.slice(2)
  await verifyFirehose(service, { ...(plcUrl ? { plcUrl } : {}), print: console.log })
}
