import { gunzipSync } from 'node:zlib'
import { checkCar } from '../checks/car.ts'
import { runLoad } from '../load/load.ts'
import type { LoadRequest, LoadResponse } from '../load/request.ts'
import { type Measure, type Phase, runTimed, type Settings, sampleOf } from '../measure.ts'
import { collection, pick } from '../records.ts'
import { median } from '../statistics.ts'
import { type Account, applyWrites, createRecord, isWritten, query, type Target } from '../target.ts'

/** The largest number of writes that applyWrites accepts. */
const perCall = 200
const exportsPerRound = 5

export const largeRepoPhase: Phase = {
  letter: 'e',
  title: 'a large repository',
  async open(target, settings) {
    const account = await target.newAccount()
    return {
      measures: [
        filling(target, account, settings),
        exporting(target, account, settings, 'e.getRepo', 'getRepo', ''),
        // Some servers write larger chunks to a client that accepts an encoding.
        exporting(
          target,
          account,
          settings,
          'e.getRepo.identity',
          'getRepo, unencoded',
          'Accept-Encoding: identity\r\n',
        ),
        exporting(target, account, settings, 'e.getRepo.gzip', 'getRepo, gzip', 'Accept-Encoding: gzip\r\n'),
        proving(target, account, settings),
        creating(target, account, settings),
      ],
    }
  },
}

function filling(target: Target, account: Account, settings: Settings): Measure {
  return {
    id: 'e.fill',
    title: `filling a repository to ${settings.largeRepo.toLocaleString('en')} records, ${perCall} a call`,
    unit: 'records/s',
    rounds: 5,
    async run({ count }) {
      const result = await runLoad(target.url, {
        concurrency: 1,
        count: Math.ceil(settings.largeRepo / perCall / count),
        next: () => applyWrites(account, perCall),
        accept: isWritten,
      })
      return sampleOf(result, perCall)
    },
  }
}

function exporting(
  target: Target,
  account: Account,
  settings: Settings,
  id: string,
  title: string,
  headers: string,
): Measure {
  const request = query('com.atproto.sync.getRepo', { did: account.did }, headers)
  let bytes = 0
  return {
    id,
    title: `${title}, ${settings.largeRepo.toLocaleString('en')} records`,
    unit: 'MB/s',
    async prepare() {
      const car = await download(target, request)
      bytes = car.length
      const { blocks, bad } = checkCar(car)
      return [
        ...(bad > 0 ? [`${bad} blocks are not what their CIDs say`] : []),
        ...(blocks < settings.largeRepo ? [`only ${blocks} blocks`] : []),
      ]
    },
    async run() {
      const load = { concurrency: 1, count: exportsPerRound, next: () => request, dropBodies: true }
      const megabytes = bytes / 1e6
      const result = await runLoad(target.url, load)
      // There are few of them, so a single outlier must not decide.
      const value = result.latenciesMs.length > 0 ? megabytes / (median(result.latenciesMs) / 1000) : 0
      return sampleOf(result, megabytes, { value, note: `${megabytes.toFixed(2)} MB` })
    },
  }
}

/** The whole CAR file, decoded if it was encoded. */
async function download(target: Target, request: LoadRequest): Promise<Buffer> {
  let car = Buffer.alloc(0)
  const onAnswer = ({ body, head }: LoadResponse) => {
    car = /\r\ncontent-encoding: gzip/i.test(head) ? gunzipSync(body) : Buffer.from(body)
  }
  const { errors } = await runLoad(target.url, { concurrency: 1, count: 1, next: () => request, onAnswer })
  for (const error of errors.keys()) throw new Error(`getRepo: ${error}`)
  return car
}

function proving(target: Target, account: Account, settings: Settings): Measure {
  let keys: readonly string[] = []
  let blocks = 0
  const proof = (rkey: string) => query('com.atproto.sync.getRecord', { did: account.did, collection, rkey })
  return {
    id: 'e.proof.c16',
    title: 'sync.getRecord proofs from it, concurrency 16',
    unit: 'req/s',
    async prepare() {
      keys = await target.recordKeys(account, 1000)
      const sample = checkCar(await download(target, proof(keys[0]!)))
      blocks = sample.blocks
      return sample.bad > 0 || sample.blocks < 3 ? ['the proof is not one'] : []
    },
    async run(round) {
      const result = await runTimed(target, settings, round, {
        concurrency: 16,
        next: () => proof(pick(keys)),
        accept: (response) => response.bytes > 200,
      })
      return sampleOf(result, 1, { note: `${blocks} blocks` })
    },
  }
}

function creating(target: Target, account: Account, settings: Settings): Measure {
  return {
    id: 'e.create.large.c16',
    title: 'createRecord in it, concurrency 16',
    unit: 'req/s',
    async run(round) {
      const result = await runTimed(target, settings, round, {
        concurrency: 16,
        next: () => createRecord(account),
        accept: isWritten,
      })
      return sampleOf(result)
    },
  }
}
