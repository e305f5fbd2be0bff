import { BlockMap, type Cid, cidOfCbor, parseCid } from '@atoll/data-model'
import { vectorSources } from '@atoll/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pick, seeded } from '../../test/histories.ts'
import { referenceTree } from '../../test/oracle.ts'
import {
  CorruptBlockError,
  InvalidNodeError,
  InvalidPathError,
  MinedPathError,
  MissingBlockError,
  RecordExistsError,
  RecordMissingError,
} from '../errors.ts'
import { layerOf } from './layer.ts'
import { Mst } from './mst.ts'
import type { MstRange } from './walk.ts'

const keys = vectorSources().flatMap((source) => source.lines('mst/example_keys.txt'))
const value = (number: number): Cid => cidOfCbor(Uint8Array.of(0x19, number >> 8, number & 255))
const leaf = parseCid('bafyreie5cvv4h45feadgeuwhbcutmh6t2ceseocckahdoe6uat64zmz454')
const someKeys = fc.subarray(keys)

function stored(tree: Mst): { get: (cid: Cid) => Uint8Array | undefined; blocks: BlockMap } {
  const blocks = new BlockMap(tree.nodes())
  return { get: (cid) => blocks.get(cid), blocks }
}

function listed(tree: Mst, range?: MstRange): string[] {
  return [...tree.entries(range)].map(({ key }) => key)
}

function added(entries: Iterable<string>, tree = Mst.empty()): Mst {
  for (const key of entries) tree = tree.add(key, leaf)
  return tree
}

describe('a tree', () => {
  it.each([
    [[], 'bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm'],
    [['com.example.record/3jqfcqzm3fo2j'], 'bafyreibj4lsc3aqnrvphp5xmrnfoorvru4wynt6lwidqbm2623a6tatzdu'],
    [['com.example.record/3jqfcqzm3fx2j'], 'bafyreih7wfei65pxzhauoibu3ls7jgmkju4bspy4t2ha2qdjnzqvoy33ai'],
    [
      [
        'com.example.record/3jqfcqzm3fp2j',
        'com.example.record/3jqfcqzm3fr2j',
        'com.example.record/3jqfcqzm3fs2j',
        'com.example.record/3jqfcqzm3ft2j',
        'com.example.record/3jqfcqzm4fc2j',
      ],
      'bafyreicmahysq4n6wfuxo522m6dpiy7z7qzym3dzs756t5n7nfdgccwq7m',
    ],
  ])('of %j has the published root', (content, root) => {
    expect(added(content).root.toString()).toBe(root)
  })

  it('depends only on its content, not on the changes that led to it', () => {
    fc.assert(
      fc.property(someKeys, someKeys, fc.nat(), (wanted, detour, seed) => {
        const random = seeded(seed)
        const shuffled = wanted.toSorted(() => random() - 0.5)
        const passing = detour.filter((key) => !wanted.includes(key))
        let tree = added(shuffled, added(passing))
        for (const key of passing) tree = tree.delete(key)
        const built = Mst.build(wanted.map((key) => [key, leaf]))
        expect(tree.root).toEqual(built.root)
        expect(listed(tree)).toEqual(wanted.toSorted())
      }),
    )
  })

  it('has the root of the reference', async () => {
    const random = seeded(5)
    for (let run = 0; run < 10; run++) {
      const content = keys
        .filter(() => random() < 0.3)
        .map((key): [string, Cid] => [key, pick(random, [leaf, value(1)])])
      const reference = await (await referenceTree(content)).getPointer()
      expect(Mst.build(content).root.toString()).toBe(reference.toString())
    }
  })

  it('stays as it is when a changed tree is made from it', () => {
    const tree = added(keys.slice(0, 80))
    const { root } = tree
    for (const key of keys.slice(80)) tree.add(key, leaf)
    for (const key of keys.slice(0, 80)) tree.update(key, value(3)).delete(key)
    expect(tree.root).toEqual(root)
    expect(listed(tree)).toEqual(keys.slice(0, 80).toSorted())
  })

  it('returns what was put in, from memory and from blocks', () => {
    const entries = keys.map((key, index): [string, Cid] => [key, value(index)])
    const tree = Mst.build(entries)
    const loaded = Mst.load(tree.root, stored(tree).get)
    for (const [key, cid] of entries) {
      expect(tree.get(key)).toEqual(cid)
      expect(loaded.get(key)).toEqual(cid)
    }
    expect(loaded.get('Z9/000000')).toBeUndefined()
  })

  it('applies many changes at once', () => {
    const tree = added(keys.slice(0, 100))
    const after = tree.apply([
      ...keys.slice(0, 30).map((key) => [key, undefined] as const),
      ...keys.slice(30, 60).map((key) => [key, value(7)] as const),
      ...keys.slice(100).map((key) => [key, leaf] as const),
    ])
    const expected = [
      ...keys.slice(30, 60).map((key): [string, Cid] => [key, value(7)]),
      ...keys.slice(60).map((key): [string, Cid] => [key, leaf]),
    ]
    expect(after.root).toEqual(Mst.build(expected).root)
  })

  it('returns as new the blocks that changes made, and no others', () => {
    const tree = Mst.build(keys.slice(0, 150).map((key) => [key, leaf]))
    const { get, blocks } = stored(tree)
    const changed = Mst.load(tree.root, get).delete(keys[3]!).add(keys[155]!, leaf)
    const news = changed.newBlocks()
    expect([...news].filter(({ cid }) => !blocks.has(cid)).length).toBe(news.size)
    const all = new BlockMap([...blocks, ...news])
    expect(listed(Mst.load(changed.root, (cid) => all.get(cid)))).toEqual(listed(changed))
  })

  it('reads only the path to a key', () => {
    const tree = Mst.build(Array.from({ length: 5000 }, (_, index) => [`com.example.note/${index}`, leaf] as const))
    const { get } = stored(tree)
    let reads = 0
    const loaded = Mst.load(tree.root, (cid) => {
      reads++
      return get(cid)
    })
    loaded.add('com.example.note/new', leaf)
    expect(reads).toBeLessThanOrEqual(tree.internals.top.layer + 1)
  })
})

describe('entries', () => {
  const tree = Mst.build(keys.map((key) => [key, leaf]))
  const sorted = keys.toSorted()
  const bound = fc.option(
    fc.oneof(fc.constantFrom(...keys), fc.string({ unit: fc.constantFrom(...'ABCDEZ019/'), maxLength: 4 })),
    { nil: undefined },
  )

  it('are those in the range, in order', () => {
    fc.assert(
      fc.property(bound, bound, bound, fc.boolean(), (after, before, prefix, reverse) => {
        const expected = sorted.filter(
          (key) =>
            (after === undefined || key > after) &&
            (before === undefined || key < before) &&
            key.startsWith(prefix ?? ''),
        )
        const range: MstRange = {
          reverse,
          ...(after !== undefined && { after }),
          ...(before !== undefined && { before }),
          ...(prefix !== undefined && { prefix }),
        }
        expect(listed(tree, range)).toEqual(reverse ? expected.toReversed() : expected)
      }),
      { numRuns: 1000 },
    )
  })

  it('come from few nodes when the range is small', () => {
    const large = Mst.build(Array.from({ length: 5000 }, (_, index) => [`com.example.note/${index}`, leaf] as const))
    const { get } = stored(large)
    let reads = 0
    const loaded = Mst.load(large.root, (cid) => {
      reads++
      return get(cid)
    })
    expect(listed(loaded, { after: 'com.example.note/2500', before: 'com.example.note/2505' })).toHaveLength(4)
    expect(reads).toBeLessThan(40)
  })
})

describe('a tree refuses', () => {
  const tree = added(['com.example.note/a', 'com.example.note/b'])

  it('to add a key that is there, even where the key would lie deeper', () => {
    for (const key of keys) expect(() => added(keys).add(key, leaf)).toThrow(RecordExistsError)
  })

  it('to update or delete a key that is not there', () => {
    expect(() => tree.update('com.example.note/c', leaf)).toThrow(new RecordMissingError('com.example.note/c'))
    expect(() => tree.delete('com.example.note/c')).toThrow(RecordMissingError)
    expect(() => Mst.empty().delete('com.example.note/c')).toThrow(RecordMissingError)
  })

  it('keys that are not paths, one by one and in bulk', () => {
    expect(() => tree.add('note', leaf)).toThrow(InvalidPathError)
    expect(() => Mst.build([['note', leaf]])).toThrow(InvalidPathError)
  })

  it('to build from a key that comes twice', () => {
    expect(() =>
      Mst.build([
        ['a/b', leaf],
        ['a/b', value(1)],
      ]),
    ).toThrow(RecordExistsError)
    expect(() =>
      Mst.build([
        ['a/b', leaf],
        ['a/c', leaf],
        ['a/b', leaf],
      ]),
    ).toThrow(RecordExistsError)
  })

  it('a node of more entries than honest keys ever lead to', () => {
    const flat: string[] = []
    for (let index = 0; flat.length < 1025; index++) {
      const key = `com.example.note/${String(index).padStart(6, '0')}`
      if (layerOf(key) === 0) flat.push(key)
    }
    const last = flat.pop()!
    const full = Mst.build(flat.map((key) => [key, leaf]))
    expect(() => full.add(last, leaf)).toThrow(new MinedPathError(last, 'wide'))
    expect(() => Mst.build([...flat, last].map((key) => [key, leaf]))).toThrow(MinedPathError)
  })
})

describe('a tree in blocks', () => {
  const tree = Mst.build(keys.map((key) => [key, leaf]))
  const { get, blocks } = stored(tree)

  it('asks for a block that is missing', () => {
    expect(() => Mst.load(leaf, get).get('a/b')).toThrow(new MissingBlockError(leaf, 'node'))
  })

  it('is refused where bytes do not match their CID, unless the source is trusted', () => {
    const other = [...blocks].at(-1)!.bytes
    const wrong = (cid: Cid) => (cid.equals(tree.root) ? other : get(cid))
    expect(() => Mst.load(tree.root, wrong).get('a/b')).toThrow(new CorruptBlockError(tree.root))
    expect(() => Mst.load(tree.root, wrong, { trusted: true }).get('a/b')).not.toThrow()
  })

  it('is refused where a child does not fit between the keys beside it', () => {
    const lowKey = ['a', 'b', 'c', 'd'].map((name) => `zzz.example.note/${name}`).find((key) => layerOf(key) === 0)!
    const low = Mst.build([[lowKey, leaf]])
    const mixed = new BlockMap()
    for (const key of keys) {
      if (layerOf(key) !== 1) continue
      const parent = Mst.build([[key, leaf]]).internals.top
      // The low node's key sorts after all example keys, but stands before one.
      parent.children[0] = low.root
      mixed.addAll([parent.block, low.rootBlock])
      expect(() => Mst.load(parent.cid, (cid) => mixed.get(cid)).get('A0/000000')).toThrow(
        new InvalidNodeError('key-order', low.root),
      )
      return
    }
  })
})
