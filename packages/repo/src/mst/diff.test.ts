import { BlockMap, type Cid, cidOfCbor } from '@atoll/data-model'
import { vectorSources } from '@atoll/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffMst } from './diff.ts'
import { Mst } from './mst.ts'

const keys = vectorSources().flatMap((source) => source.lines('mst/example_keys.txt'))
const value = (number: number): Cid => cidOfCbor(Uint8Array.of(number))
const content = fc
  .array(fc.tuple(fc.constantFrom(...keys), fc.nat(2)), { maxLength: 60 })
  .map((pairs) => new Map(pairs))

function treeOf(records: ReadonlyMap<string, number>): Mst {
  return Mst.build([...records].map(([key, number]) => [key, value(number)]))
}

function texts(cids: Iterable<Cid>): string[] {
  return [...cids].map(String).sort()
}

describe('diffMst', () => {
  it('lists every change of a record, and every node that only one tree has', () => {
    fc.assert(
      fc.property(content, content, (old, now) => {
        const [before, after] = [treeOf(old), treeOf(now)]
        const { ops, added, removed } = diffMst(before, after)
        const paths = [...new Set([...old.keys(), ...now.keys()])].filter((path) => old.get(path) !== now.get(path))
        expect(ops.map(({ path }) => path)).toEqual(paths.sort())
        for (const { action, path, cid, prev } of ops) {
          const [was, is] = [old.get(path), now.get(path)]
          expect(action).toBe(was === undefined ? 'create' : is === undefined ? 'delete' : 'update')
          expect(cid).toEqual(is === undefined ? null : value(is))
          expect(prev).toEqual(was === undefined ? undefined : value(was))
        }
        const [oldNodes, newNodes] = [new BlockMap(before.nodes()), new BlockMap(after.nodes())]
        expect(texts(added.cids())).toEqual(texts([...newNodes.cids()].filter((cid) => !oldNodes.has(cid))))
        expect(texts(removed)).toEqual(texts([...oldNodes.cids()].filter((cid) => !newNodes.has(cid))))
      }),
      { numRuns: 500 },
    )
  })

  it('treats all of a tree as new without an earlier one', () => {
    const tree = treeOf(new Map(keys.map((key) => [key, 1])))
    const { ops, added, removed } = diffMst(undefined, tree)
    expect(ops.map(({ path }) => path)).toEqual(keys.toSorted())
    expect(added.size).toBe([...tree.nodes()].length)
    expect(removed).toEqual([])
  })

  it('reads nothing of what both trees share', () => {
    const entries = Array.from({ length: 20_000 }, (_, index): [string, Cid] => [`com.example.note/${index}`, value(1)])
    const before = Mst.build(entries)
    const after = before.update('com.example.note/777', value(2))
    const blocks = new BlockMap([...before.nodes(), ...after.nodes()])
    let reads = 0
    const get = (cid: Cid) => {
      reads++
      return blocks.get(cid)
    }
    expect(diffMst(Mst.load(before.root, get), Mst.load(after.root, get)).ops).toHaveLength(1)
    expect(reads).toBeLessThanOrEqual(2 * (before.internals.top.layer + 1))
  })
})
