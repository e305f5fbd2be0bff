import { runLoad } from '../load/load.ts'
import type { LoadRequest, LoadResponse } from '../load/request.ts'
import { get } from '../load/request.ts'
import { type Measure, type Phase, runTimed, type Settings, sampleOf } from '../measure.ts'
import { collection, pick } from '../records.ts'
import { type Account, applyWrites, isWritten, listRecordsOf, query, type Target } from '../target.ts'

const records = 100

interface Readable {
  account: Account
  keys: readonly string[]
}

export const readsPhase: Phase = {
  letter: 'd',
  title: 'reads',
  async open(target, settings) {
    const repos = await readableRepos(target, settings)
    const reading = (
      id: string,
      name: string,
      concurrency: number,
      accept: (response: LoadResponse) => boolean,
      request: (repo: Readable) => LoadRequest,
    ): Measure => ({
      id,
      title: `${name}, concurrency ${concurrency}`,
      unit: 'req/s',
      async run(round) {
        const result = await runTimed(target, settings, round, {
          concurrency,
          next: (index) => request(repos[index % repos.length]!),
          accept,
        })
        return sampleOf(result)
      },
    })
    const holds = (text: string) => (response: LoadResponse) => response.body.includes(text)
    return {
      measures: [
        reading('d.getRecord.c32', 'getRecord', 32, holds('"value"'), ({ account, keys }) =>
          query('com.atproto.repo.getRecord', { repo: account.did, collection, rkey: pick(keys) }),
        ),
        reading(
          'd.listRecords100.c16',
          `listRecords of ${records}`,
          16,
          ({ bytes }) => bytes > 20_000,
          ({ account }) => get(`/xrpc/${listRecordsOf(account)}`),
        ),
        reading('d.describeRepo.c32', 'describeRepo', 32, holds('"handle"'), ({ account }) =>
          query('com.atproto.repo.describeRepo', { repo: account.did }),
        ),
        reading('d.resolveHandle.c32', 'resolveHandle', 32, holds('"did:'), ({ account }) =>
          query('com.atproto.identity.resolveHandle', { handle: account.handle }),
        ),
      ],
    }
  },
}

/** Every account with at least a page of records. */
async function readableRepos(target: Target, settings: Settings): Promise<Readable[]> {
  const accounts = await target.accounts(settings.accounts)
  const repos: Readable[] = []
  for (const account of accounts) {
    let keys = await target.recordKeys(account, records)
    if (keys.length < records) {
      const next = () => applyWrites(account, records)
      const { errors } = await runLoad(target.url, { concurrency: 1, count: 1, next, accept: isWritten })
      for (const error of errors.keys()) throw new Error(`applyWrites: ${error}`)
      keys = await target.recordKeys(account, records)
    }
    repos.push({ account, keys })
  }
  return repos
}
