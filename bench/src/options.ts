import { parseArgs } from 'node:util'
import type { Settings } from './measure.ts'

export const defaultSettings: Settings = {
  seconds: 2,
  rounds: 5,
  accounts: 40,
  largeRepo: 20_000,
  hugeRepo: 100_000,
  idleSubscribers: 1000,
}
const quick: Settings = { seconds: 1, rounds: 1, accounts: 40, largeRepo: 2000, hugeRepo: 10_000, idleSubscribers: 200 }

export interface Options {
  /** Letters of the phases to run. */
  readonly phases: string
  readonly settings: Settings
  readonly atollOnly: boolean
  readonly write: boolean
  readonly json: string | undefined
}

export const usage = `npm run bench -- [--only c,d] [--quick] [--atoll-only] [--write] [--json FILE]

  --only c,d      these phases: a createAccount and createSession, b createRecord, c applyWrites, d reads, e large repository, f blobs,
                  g firehose, h memory, i accounts that move in
  --quick         one short round of each load: for a first look
  --atoll-only    without the reference, and so without ratios
  --seconds N     time of one round (2), --rounds N (5)
  --write         writes docs/benchmarks.md from a full run
  --json FILE     writes everything that was measured`

/** @throws with a sentence for the user */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'atoll-only': { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      json: { type: 'string' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
    },
  })
  const phases = (values.only ?? 'abcdefghi').replaceAll(',', '')
  if (!/^[a-i]+$/.test(phases)) throw new Error(`--only ${values.only}: phases are named by letters from a to i`)
  const partial = values.only !== undefined || values.quick || values['atoll-only']
  if (values.write && partial) throw new Error('--write needs a full run: without --only, --quick and --atoll-only')
  const base = values.quick ? quick : defaultSettings
  const settings = { ...base, ...given('seconds', values.seconds), ...given('rounds', values.rounds) }
  return { phases, settings, atollOnly: values['atoll-only'], write: values.write, json: values.json }
}

function given(name: string, text: string | undefined): Record<string, number> {
  if (text === undefined) return {}
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} ${text}: a number above 0 was expected`)
  return { [name]: value }
}
