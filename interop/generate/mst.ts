import { jsonLines, jsonText } from './json.ts'
import { decisions } from './mst/decisions.ts'
import { treeDiffs } from './mst/diffs.ts'
import { exampleKeys } from './mst/example-keys.ts'
import { type ForgedTree, forgedTrees } from './mst/forged-trees.ts'
import { commonPrefixes, keyHeights } from './mst/keys.ts'
import { oracles, ruleOf } from './mst/oracles.ts'
import { treeShapes } from './mst/shapes.ts'
import { type Records, treeOf } from './mst/tree-by-definition.ts'
import { createRandom } from './random.ts'
import { Verdicts } from './verdicts.ts'

/** Trees: their keys, shapes and differences, and forged ones. */
export async function mstVectors(): Promise<Map<string, string>> {
  const verdicts = new Verdicts(decisions)
  const shapes = await shapeVectors(verdicts)
  const forged = await forgedVectors(verdicts)
  const diffs = await diffVectors(verdicts)
  return new Map([
    [
      'mst/example_keys.txt',
      exampleKeys()
        .map((key) => `${key}\n`)
        .join(''),
    ],
    ['mst/key_heights.json', jsonLines(keyHeights())],
    ['mst/common_prefix.json', jsonLines(commonPrefixes())],
    ['mst/tree-shapes.json', jsonText(shapes)],
    ['mst/forged-trees.json', jsonText(forged)],
    ['mst/diffs.json', jsonText(diffs)],
    ['mst/disagreements.json', jsonLines(verdicts.disagreements())],
  ])
}

async function shapeVectors(verdicts: Verdicts): Promise<unknown[]> {
  const vectors: unknown[] = []
  for (const [comment, records] of treeShapes()) {
    const { root, nodes } = treeOf(records)
    const content = sortedTexts(textsOf(records))
    const roots: Record<string, string> = {}
    const contents: Record<string, string> = {}
    for (const { name, rootOf, read } of oracles) {
      roots[name] = await said(async () => rootOf(shuffled(records)))
      contents[name] = await said(async () => JSON.stringify(sortedTexts(await read(root, nodes))))
    }
    verdicts.compare('mst/tree-shapes.json', comment, String(root), roots)
    verdicts.compare('mst/tree-shapes.json', comment, JSON.stringify(content), contents)
    vectors.push({
      comment,
      records: content,
      root: String(root),
      nodes: nodes.map(({ cid, layer, keys }) => ({ cid: String(cid), layer, keys })),
    })
  }
  return vectors
}

async function forgedVectors(verdicts: Verdicts): Promise<unknown[]> {
  const vectors: unknown[] = []
  for (const tree of forgedTrees()) {
    const { comment, rule, blocks } = tree
    const judges: Record<string, string> = {}
    for (const { name, read } of oracles) {
      judges[name] = await judged(tree, read)
      if (name === '@atoll/repo' && rule !== undefined && rule !== 'missing') {
        verdicts.compare('mst/forged-trees.json', `${comment}: the rule`, rule, {
          [name]: await brokenRule(tree, read),
        })
      }
    }
    const valid = rule === undefined
    verdicts.compare('mst/forged-trees.json', comment, valid ? 'valid' : 'invalid', judges)
    const base64 = blocks.map(({ bytes }) => Buffer.from(bytes).toString('base64'))
    vectors.push({ comment, valid, ...(!valid && { rule }), root: String(blocks[0].cid), blocks: base64 })
  }
  return vectors
}

type Read = (typeof oracles)[number]['read']

/** A tree that is read as having other records than it has was misread. */
async function judged({ blocks, records }: ForgedTree, read: Read): Promise<string> {
  try {
    const found = await read(blocks[0].cid, blocks)
    const isRight =
      records === undefined || JSON.stringify(sortedTexts(found)) === JSON.stringify(sortedTexts(textsOf(records)))
    return isRight ? 'valid' : 'valid, with other records'
  } catch {
    return 'invalid'
  }
}

async function brokenRule({ blocks }: ForgedTree, read: Read): Promise<string> {
  return read(blocks[0].cid, blocks).then(
    () => 'none',
    (error: unknown) => ruleOf(error),
  )
}

async function diffVectors(verdicts: Verdicts): Promise<unknown[]> {
  const vectors: unknown[] = []
  for (const { comment, before, after, ops, added, removed } of treeDiffs()) {
    const expected = { ops, added, removed }
    const judges: Record<string, string> = {}
    for (const { name, diff } of oracles) {
      judges[name] = await said(async () => JSON.stringify(await diff(before, after)))
    }
    verdicts.compare('mst/diffs.json', comment, JSON.stringify(expected), judges)
    vectors.push({
      comment,
      before: sortedTexts(textsOf(before)),
      after: sortedTexts(textsOf(after)),
      rootBefore: String(treeOf(before).root),
      rootAfter: String(treeOf(after).root),
      ...expected,
    })
  }
  return vectors
}

async function said(ask: () => Promise<string>): Promise<string> {
  return ask().catch((error: unknown) => `an error: ${error}`)
}

function textsOf(records: Records): Record<string, string> {
  return Object.fromEntries([...records].map(([key, cid]) => [key, String(cid)]))
}

function sortedTexts(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** A tree does not depend on the order in which its records are added. */
function shuffled(records: Records): Records {
  const random = createRandom(`order of ${records.size} records`)
  const places = [...records].map((entry) => ({ entry, place: random.below(1_000_000) }))
  return new Map(places.sort((a, b) => a.place - b.place).map(({ entry }) => entry))
}
