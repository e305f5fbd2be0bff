// What a commit must carry so that its operations can be undone.

import { exampleKeys, minedKeys, pathsOfLayer } from '../mst/example-keys.ts'
import type { Op } from '../mst/oracles.ts'
import { recordCid } from '../mst/shapes.ts'
import { layerOf, type Node, surroundingsOf, treeOf } from '../mst/tree-by-definition.ts'
import { createRandom } from '../random.ts'

/** A commit of creates and deletes in which all paths have the same record. */
export interface CommitProof {
  readonly comment: string
  readonly leafValue: string
  readonly keys: readonly string[]
  readonly adds: readonly string[]
  readonly dels: readonly string[]
  readonly rootBeforeCommit: string
  readonly rootAfterCommit: string
  readonly blocksInProof: readonly string[]
}

const leaf = recordCid(1)

export function alike(keys: Iterable<string>) {
  return new Map(Array.from(keys, (key) => [key, leaf] as const))
}

export function commitProofs(): { proof: CommitProof; nodes: Node[] }[] {
  return [...chosen(), ...random()].map(([comment, keys, adds, dels]) => {
    const after = treeOf(alike([...keys, ...adds].filter((key) => !dels.includes(key))))
    const needed = new Set([...adds, ...dels].flatMap((key) => surroundingsOf(after, key)))
    const nodes = after.nodes.filter((node) => needed.has(node))
    const proof = {
      comment,
      leafValue: String(leaf),
      keys: [...keys].sort(),
      adds,
      dels,
      rootBeforeCommit: String(treeOf(alike(keys)).root),
      rootAfterCommit: String(after.root),
      blocksInProof: nodes.map(({ cid }) => String(cid)),
    }
    return { proof, nodes }
  })
}

export function opsOf({ leafValue, adds, dels }: CommitProof): Op[] {
  return [
    ...adds.map((path): Op => ({ action: 'create', path, cid: leafValue })),
    ...dels.map((path): Op => ({ action: 'delete', path, cid: null, prev: leafValue })),
  ]
}

type Change = [comment: string, keys: readonly string[], adds: readonly string[], dels: readonly string[]]

function chosen(): Change[] {
  const keys = exampleKeys()
  const on = (layer: number, letters: string) =>
    keys.filter((key) => letters.includes(key[0]!) && layerOf(key) === layer)
  const low = pathsOfLayer(0, 12)
  const highest = minedKeys.at(-1)!
  const around = [...pathsOfLayer(0, 4, 'com.example.a/'), ...low]
  return [
    ['the first record', [], on(0, 'a'), []],
    ['the first record, on a high layer', [], [highest], []],
    ['a record beside another in the only node', on(0, 'a'), on(0, 'b'), []],
    ['a record before all others', on(0, 'bcde'), on(0, 'a'), []],
    ['a record after all others', on(0, 'abcd'), on(0, 'e'), []],
    ['the tree grows by one layer', on(0, 'abcd'), on(1, 'c'), []],
    ['the tree grows by five layers, and the node below is split', around, [minedKeys[0]!], []],
    ['the tree grows by twelve layers', around, [highest], []],
    ['the tree loses twelve layers', [...around, highest], [], [highest]],
    ['the tree loses one layer, and two nodes become one', [...on(0, 'abef'), ...on(1, 'c')], [], on(1, 'c')],
    ['a split of two nodes one above the other', [...on(0, 'abefg'), ...on(1, 'bf'), ...on(3, 'a')], on(2, 'd'), []],
    ['a split through a node without keys', [...on(0, 'abde'), ...on(2, 'e')], on(2, 'c'), []],
    ['a new key whose neighbour on the left lies two layers deeper', [...on(0, 'abc'), ...on(2, 'b')], on(2, 'd'), []],
    ['a new key whose neighbour on the right lies two layers deeper', [...on(0, 'def'), ...on(2, 'e')], on(2, 'b'), []],
    ['a new key in a new subtree', [...on(2, 'ad')], on(0, 'b'), []],
    ['the last key of a subtree goes, and the nodes above it', [...on(3, 'ad'), ...on(0, 'b')], [], on(0, 'b')],
    ['two subtrees meet where a key goes', [...on(0, 'abdef'), ...on(1, 'ae'), ...on(2, 'cf')], [], on(2, 'c')],
    ['a key goes and another comes into its place', [...on(0, 'abde'), ...on(2, 'c')], on(2, 'd'), on(2, 'c')],
    ['the last key on top goes while another one comes', [...on(1, 'abc'), ...on(4, 'b')], on(4, 'c'), on(4, 'b')],
    ['neighbours come and go at once', on(0, 'acegik'), on(0, 'bdf'), on(0, 'ceg')],
    ['neighbours on different layers come at once', on(0, 'ag'), [...on(3, 'b'), ...on(1, 'c'), ...on(2, 'd')], []],
    ['all keys of the highest layer go', [...on(0, 'abcdef'), ...on(1, 'bd'), ...on(5, 'ace')], [], on(5, 'ace')],
    ['a key goes that has no neighbours but nodes without keys', [...on(0, 'ac'), ...on(5, 'b')], [], on(5, 'b')],
    ['half of the keys go', keys.slice(0, 40), [], keys.slice(0, 40).filter((_, index) => index % 2 === 0)],
    ['the first half goes and the second comes', keys.slice(0, 20), keys.slice(20, 40), keys.slice(0, 20)],
  ]
}

function random(): Change[] {
  const all = exampleKeys().slice(0, 96)
  return Array.from({ length: 24 }, (_, index): Change => {
    const dice = createRandom(`proof ${index}`)
    const there = all.filter(() => dice.below(3) > 0)
    const changed = Array.from({ length: 1 + dice.below(6) }, () => dice.pick(all))
    const distinct = [...new Set(changed)]
    return [
      `random changes, ${index + 1}`,
      there,
      distinct.filter((key) => !there.includes(key)),
      distinct.filter((key) => there.includes(key)),
    ]
  })
}
