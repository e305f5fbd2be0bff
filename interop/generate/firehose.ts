import { announce, key, messageOf, now, stateOf } from './firehose/commits.ts'
import { decisions } from './firehose/decisions.ts'
import { inversions } from './firehose/inversions.ts'
import { isForReference, judgedByAtoll, judgedByReference, judgedRecord } from './firehose/judges.ts'
import { oddRecords } from './firehose/odd-records.ts'
import { alike, commitProofs, opsOf } from './firehose/proofs.ts'
import { revs, type Slice, scene, slices } from './firehose/slices.ts'
import { jsonLines, jsonText } from './json.ts'
import { coveringProofs, oracles } from './mst/oracles.ts'
import { treeOf } from './mst/tree-by-definition.ts'
import { Verdicts } from './verdicts.ts'

/**
 * Commits: what they must carry, how their operations are undone, and whole `#commit` messages.
 */
export async function firehoseVectors(): Promise<Map<string, string>> {
  const verdicts = new Verdicts(decisions)
  const proofs = await proofVectors(verdicts)
  const undone = await inversionVectors(verdicts)
  const messages = await sliceVectors(verdicts)
  const odd = await oddRecordVectors(verdicts)
  return new Map([
    ['firehose/commit-proof-fixtures.json', jsonText(proofs)],
    ['firehose/inversions.json', jsonText(undone)],
    ['firehose/commit-slices.json', jsonText(messages)],
    ['firehose/odd-records.json', jsonText(odd)],
    ['firehose/disagreements.json', jsonLines(verdicts.disagreements())],
  ])
}

async function proofVectors(verdicts: Verdicts): Promise<unknown[]> {
  const vectors: unknown[] = []
  for (const { proof, nodes } of commitProofs()) {
    const { comment, keys, adds, dels, rootBeforeCommit, rootAfterCommit, blocksInProof } = proof
    const after = alike([...keys, ...adds].filter((path) => !dels.includes(path)))
    const roots: Record<string, string> = {}
    const undone: Record<string, string> = {}
    const backwards: Record<string, string> = {}
    for (const { name, rootOf, invert } of oracles) {
      const told = opsOf(proof)
      const root = treeOf(after).root
      roots[name] = await said(() => rootOf(after))
      undone[name] = await said(() => invert(root, told, nodes))
      backwards[name] = await said(() => invert(root, told.toReversed(), nodes))
    }
    const file = 'firehose/commit-proof-fixtures.json'
    verdicts.compare(file, comment, rootAfterCommit, roots)
    verdicts.compare(file, comment, rootBeforeCommit, undone)
    verdicts.compare(file, comment, rootBeforeCommit, backwards)
    verdicts.compare(file, comment, blocksInProof.toSorted().join(), await coveringProofs(after, [...adds, ...dels]))
    vectors.push(proof)
  }
  return vectors
}

async function inversionVectors(verdicts: Verdicts): Promise<unknown[]> {
  const vectors: unknown[] = []
  for (const { comment, rule, before, after, ops, blocks } of inversions()) {
    const [root, expected] = [treeOf(after).root, String(treeOf(before).root)]
    const judges: Record<string, string> = {}
    for (const { name, invert } of oracles) {
      const found = await invert(root, ops, blocks).catch(() => undefined)
      judges[name] = found === expected ? 'valid' : 'invalid'
    }
    const valid = rule === undefined
    verdicts.compare('firehose/inversions.json', comment, valid ? 'valid' : 'invalid', judges)
    vectors.push({
      comment,
      valid,
      ...(!valid && { rule }),
      rootBefore: expected,
      rootAfter: String(root),
      ops,
      blocks: blocks.map(({ bytes }) => Buffer.from(bytes).toString('base64')),
    })
  }
  return vectors
}

async function sliceVectors(verdicts: Verdicts): Promise<unknown[]> {
  const vectors: unknown[] = []
  for (const slice of slices()) {
    const { comment, expect, rule } = slice
    const file = 'firehose/commit-slices.json'
    const ours = await judgedByAtoll(slice)
    verdicts.compare(file, comment, expect, { '@atoll/sync': ours.verdict })
    verdicts.compare(file, comment, rule ?? 'none', { '@atoll/sync': ours.rule ?? 'none' })
    if (isForReference(slice)) {
      const judges: Record<string, string> = {}
      for (const oracle of oracles.slice(1)) judges[judgeNames[oracle.name]!] = await judgedByReference(slice, oracle)
      verdicts.compare(file, comment, expect, judges)
    }
    vectors.push(inJson(slice))
  }
  return vectors
}

/** Whose functions judge the blocks, by whose tree undoes the operations. */
const judgeNames: Record<string, string> = {
  '@atproto/repo': '@atproto/repo',
  '@atcute/mst': '@atproto/repo with @atcute/mst',
}

function inJson({ message, ...slice }: Slice): object {
  const { blocks, ...fields } = message
  return { ...slice, message: fields, blocks: runsOf(blocks as Uint8Array) }
}

/**
 * Bytes in base64; those of long runs of one byte as a list of pieces, and how often each comes.
 */
function runsOf(bytes: Uint8Array): string | [base64: string, times: number][] {
  const run = longestRun(bytes)
  const base64 = (part: Uint8Array) => Buffer.from(part).toString('base64')
  if (run.length < 10_000) return base64(bytes)
  return [
    [base64(bytes.subarray(0, run.from)), 1],
    [base64(bytes.subarray(run.from, run.from + 1)), run.length],
    [base64(bytes.subarray(run.from + run.length)), 1],
  ]
}

function longestRun(bytes: Uint8Array): { from: number; length: number } {
  let longest = { from: 0, length: 0 }
  for (let from = 0, at = 1; at <= bytes.length; at++) {
    if (bytes[at] === bytes[from]) continue
    if (at - from > longest.length) longest = { from, length: at - from }
    from = at
  }
  return longest
}

/** Commits without fault, each with one odd record. */
async function oddRecordVectors(verdicts: Verdicts): Promise<unknown[]> {
  const { before } = scene()
  const path = 'com.example.note/odd'
  const vectors: unknown[] = []
  for (const { comment, readable, block } of oddRecords()) {
    const expected = readable ? 'readable' : 'unreadable'
    verdicts.compare('firehose/odd-records.json', comment, expected, await judgedRecord(block))
    const after = stateOf(revs[2]!, new Map([...before.records, [path, block]]))
    const message = messageOf(announce(before, after))
    const previous = { rev: before.rev, data: String(before.tree.root) }
    const slice = { comment, expect: 'accept', message, previous, signingKey: key.didKey, now } as const
    vectors.push({ ...inJson(slice), unreadable: readable ? [] : [path] })
  }
  return vectors
}

async function said(ask: () => Promise<string>): Promise<string> {
  return ask().catch((error: unknown) => `an error: ${error}`)
}
