import { createRandom } from '../random.ts'
import { exampleKeys, minedKeys, pathsOfLayer } from './example-keys.ts'
import type { Difference, Op } from './oracles.ts'
import { numbered, recordCid, someOf } from './shapes.ts'
import { layerOf, type Records, treeOf } from './tree-by-definition.ts'

export interface TreeDiff extends Difference {
  readonly comment: string
  readonly before: Records
  readonly after: Records
}

/** Two states of a repository, and what differs between them. */
export function treeDiffs(): TreeDiff[] {
  return [...chosenPairs(), ...randomPairs()].map(([comment, before, after]) => ({
    comment,
    before,
    after,
    ...differenceOf(before, after),
  }))
}

type Pair = [comment: string, before: Records, after: Records]

function chosenPairs(): Pair[] {
  const keys = exampleKeys().slice(0, 80)
  const all = numbered(keys)
  const few = numbered(pathsOfLayer(0, 20))
  const [moving, second] = [...few.keys()]
  const highest = minedKeys.at(-1)!
  const withHighest = new Map([...few, [highest, recordCid(900)]])
  const top = keys.filter((key) => layerOf(key) === 7)
  const none: Records = new Map()
  return [
    ['nothing stays nothing', none, none],
    ['the first record', none, numbered(keys.slice(0, 1))],
    ['the last record goes', numbered(keys.slice(0, 1)), none],
    ['nothing changes', all, all],
    ['all records come at once', none, all],
    ['all records go at once', all, none],
    ['one record changes', all, new Map([...all, [keys[50]!, recordCid(900)]])],
    ['all records change', all, new Map(keys.map((key, index) => [key, recordCid(index + 1000)]))],
    ['two records change places', few, new Map([...few, [moving!, few.get(second!)!], [second!, few.get(moving!)!]])],
    ['a record moves to a key on layer 12', few, new Map([...without(few, moving!), [highest, few.get(moving!)!]])],
    ['a record moves down from layer 12', withHighest, new Map([...few, ['com.example.note/new', recordCid(900)]])],
    ['a key on layer 12 comes', few, withHighest],
    ['the key on layer 12 goes, and all layers above the first with it', withHighest, few],
    ['the only key of the top layer goes', without(all, ...top.slice(1)), without(all, ...top)],
    ['all keys of two middle layers go', all, without(all, ...keys.filter((key) => [3, 4].includes(layerOf(key))))],
    ['all keys of the lowest layer go', all, without(all, ...keys.filter((key) => layerOf(key) === 0))],
    ['no key stays', numbered(keys.slice(0, 40)), numbered(keys.slice(40))],
  ]
}

function without(records: Records, ...gone: string[]): Records {
  return new Map([...records].filter(([key]) => !gone.includes(key)))
}

/** Few different records, so that several paths have the same one. */
function randomPairs(): Pair[] {
  const keys = exampleKeys().slice(0, 64)
  return Array.from({ length: 24 }, (_, index): Pair => {
    const random = createRandom(`diff ${index}`)
    const there = someOf(keys, 5 + random.below(90), `content ${index}`)
    const before = new Map(there.map((key) => [key, recordCid(random.below(5))]))
    const after = new Map(before)
    for (let count = 1 + random.below(30); count > 0; count--) {
      const key = random.pick(keys)
      if (after.has(key) && random.below(2) === 0) after.delete(key)
      else after.set(key, recordCid(random.below(5)))
    }
    return [`random changes, ${index + 1}`, before, after]
  })
}

/** What changed, found by comparing everything with everything. */
export function differenceOf(before: Records, after: Records): Difference {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  const [old, now] = [nodesOf(before), nodesOf(after)]
  return {
    ops: paths.flatMap((path) => opsOn(path, before, after)),
    added: now.filter((cid) => !old.includes(cid)).sort(),
    removed: old.filter((cid) => !now.includes(cid)).sort(),
  }
}

function nodesOf(records: Records): string[] {
  return treeOf(records).nodes.map(({ cid }) => String(cid))
}

function opsOn(path: string, before: Records, after: Records): Op[] {
  const [was, is] = [before.get(path), after.get(path)]
  if (String(was) === String(is)) return []
  if (was === undefined) return [{ action: 'create', path, cid: String(is) }]
  if (is === undefined) return [{ action: 'delete', path, cid: null, prev: String(was) }]
  return [{ action: 'update', path, cid: String(is), prev: String(was) }]
}
