import type { AccountHandle } from './lane.ts'
import { collection } from './operation.ts'
import { ask, type Call } from './requests.ts'

/** Milliseconds until the response, by kind of request. */
export type Latencies = Record<'read' | 'write', number[]>

let networks = 0

/**
 * Measures a few clients that each write a record and read it, or only read, over and over with
 * short pauses. Each has its own client network, a new one in each measurement, so that no rate
 * limit counts them together.
 */
export async function measureLatencies(
  service: string,
  accounts: readonly AccountHandle[],
  rounds: number,
  { writes = true }: { readonly writes?: boolean } = {},
): Promise<Latencies> {
  const latencies: Latencies = { read: [], write: [] }
  const timed = async (kind: keyof Latencies, nsid: string, given: Omit<Call, 'signal'>) => {
    const began = performance.now()
    await ask(service, nsid, { ...given, signal: AbortSignal.timeout(30_000) })
    latencies[kind].push(performance.now() - began)
  }
  await Promise.all(
    accounts.map(async ({ did, token }) => {
      const from = `2001:db8:1:${(networks++).toString(16)}::1`
      for (let round = 0; round < rounds; round++) {
        const input = { repo: did, collection, record: { $type: collection, text: `${round}` } }
        if (writes) await timed('write', 'com.atproto.repo.createRecord', { from, token, input })
        for (let read = 0; read < 3; read++) {
          await timed('read', 'com.atproto.repo.listRecords', {
            from,
            params: { repo: did, collection, limit: '10' },
          })
        }
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }),
  )
  return latencies
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((x, y) => x - y)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}
