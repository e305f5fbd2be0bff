import { validateLog } from '@atoll/identity/plc'
import type { Did } from '@atoll/syntax'
import * as reference from '@did-plc/lib'
import { jsonLines, jsonText } from './json.ts'
import { decisions } from './plc/decisions.ts'
import { invalidLogs } from './plc/invalid-logs.ts'
import { validLogs } from './plc/valid-logs.ts'
import { Verdicts, verdictOf } from './verdicts.ts'

/** Audit logs of did:plc, as `GET /:did/log/audit` has them. */
export async function plcVectors(): Promise<Map<string, string>> {
  const verdicts = new Verdicts(decisions)
  const valid = validLogs().map(({ note, log, data }) => ({ note, did: log.did, log: log.entries, data }))
  const invalid = invalidLogs()
  for (const { note, did, log, data } of valid) {
    verdicts.compare('plc/audit-logs-valid.json', note, outcome(data), {
      '@atoll/identity': outcomeHere(did, log),
      '@did-plc/lib': await outcomeThere(did, log),
    })
  }
  for (const { note, did, log, fault, index } of invalid) {
    verdicts.compare('plc/audit-logs-invalid.json', note, 'invalid', {
      '@did-plc/lib': await verdictOf(() => replayed(did, log)),
    })
    verdicts.compare('plc/audit-logs-invalid.json', note, `${fault} at ${index}`, {
      '@atoll/identity': faultHere(did, log),
    })
  }
  return new Map([
    ['plc/audit-logs-valid.json', jsonText(valid)],
    ['plc/audit-logs-invalid.json', jsonText(invalid)],
    ['plc/disagreements.json', jsonLines(verdicts.disagreements())],
  ])
}

/** The state of an identity with its fields in order. */
function outcome(data: unknown): string {
  return JSON.stringify(data ?? null, (_, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

function outcomeHere(did: string, log: unknown): string {
  const result = validateLog(did as Did, asSent(log)) // whatever it is: that is judged
  return result.ok ? outcome(result.value.data) : `invalid: ${result.issues[0]!.message}`
}

function faultHere(did: string, log: unknown): string {
  const result = validateLog(did as Did, asSent(log)) // whatever it is: that is judged
  return result.ok ? 'valid' : `${result.issues[0]!.fault} at ${result.issues[0]!.index}`
}

async function outcomeThere(did: string, log: unknown): Promise<string> {
  try {
    return outcome(await replayed(did, log))
  } catch (error) {
    return `invalid: ${error instanceof Error ? error.message : error}`
  }
}

/**
 * The state of a directory built on the library, had it received the operations one after the
 * other.
 */
async function replayed(did: string, log: unknown): Promise<unknown> {
  const claimed = reference.def.exportedOp.array().nonempty().parse(asSent(log))
  const indexed: reference.IndexedOperation[] = []
  for (const { operation, cid, createdAt, ...entry } of claimed) {
    if (entry.did !== did) throw new Error('an entry of another identity')
    const inForce = indexed.filter(({ nullified }) => !nullified)
    const { nullified } = await at(Date.parse(createdAt), () => reference.assureValidNextOp(did, inForce, operation))
    for (const one of indexed) if (nullified.some((undone) => undone.equals(one.cid))) one.nullified = true
    const last = await reference.getLastOpWithCid([operation])
    if (last.cid.toString() !== cid) throw new Error('another CID')
    indexed.push({ did, operation, cid: last.cid, nullified: false, createdAt: new Date(createdAt) })
  }
  if (indexed.some(({ nullified }, index) => nullified !== claimed[index]!.nullified)) throw new Error('nullified')
  return reference.opToData(did, indexed.findLast(({ nullified }) => !nullified)!.operation)
}

/** The library reads the clock. */
async function at<T>(time: number, work: () => Promise<T>): Promise<T> {
  const { now } = Date
  Date.now = () => time
  try {
    return await work()
  } finally {
    Date.now = now
  }
}

function asSent(log: unknown): unknown {
  return JSON.parse(JSON.stringify(log))
}
