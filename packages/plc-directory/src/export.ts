import type { PlcStore, SequencedEntry } from './plc-store.ts'
import { Refusal } from './refusal.ts'

const maxCount = 1000

/**
 * A page of the export as JSON lines. After a sequence number, the lines have sequence numbers as
 * well; after a time stamp, or from the beginning, they have the older form.
 */
export async function exportLines(store: PlcStore, query: URLSearchParams): Promise<string> {
  const count = parseCount(query.get('count'))
  const after = query.get('after') ?? ''
  if (/^\d{1,15}$/.test(after)) {
    return toLines((await store.exportAfter(Number(after), count)).map(sequencedLine))
  }
  return toLines((await store.exportSince(parseTime(after), count)).map(legacyLine))
}

/** An entry as exports by sequence number have it. */
export function sequencedLine({ seq, did, operation, cid, createdAt }: SequencedEntry): object {
  return { type: 'sequenced_op', did, cid, operation, createdAt, seq }
}

function legacyLine({ did, operation, cid, nullified, createdAt }: SequencedEntry): object {
  return { did, operation, cid, nullified, createdAt }
}

function toLines(lines: object[]): string {
  return lines.map((line) => JSON.stringify(line)).join('\n')
}

function parseCount(text: string | null): number {
  if (text === null) return maxCount
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) throw new Refusal(400, 'Invalid count parameter')
  return Math.min(Number(text), maxCount)
}

function parseTime(text: string): string {
  if (text === '') return ''
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new Refusal(400, 'Invalid after parameter')
  return time.toISOString()
}
