import type { Did } from '@atoll/syntax'
import { vectorSources } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { validateLog } from './validate-log.ts'

interface ValidVector {
  note: string
  did: Did
  log: unknown
  data: object | null
}

interface InvalidVector {
  note: string
  did: Did
  log: unknown
  fault: string
  index: number
}

// The published set has no such page.
describe.each(vectorSources().filter((source) => source.has('plc/audit-logs-valid.json')))(
  'the $name audit logs of did:plc',
  (source) => {
    const valid = source.json('plc/audit-logs-valid.json') as ValidVector[]
    const invalid = source.json('plc/audit-logs-invalid.json') as InvalidVector[]

    it.each(valid)('hold, and lead to the state: $note', ({ did, log, data }) => {
      expect(validateLog(did, log)).toMatchObject({ ok: true, value: { data: data ?? undefined } })
    })

    it.each(invalid)('are refused, with the fault and its place: $note', ({ did, log, fault, index }) => {
      const result = validateLog(did, log)
      // An entry that was nullified wrongly may come with another that was wrongly not.
      expect(result.ok ? [] : result.issues[0]).toMatchObject({ fault, index })
    })
  },
)
