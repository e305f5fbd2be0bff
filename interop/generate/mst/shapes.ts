import type { CID } from 'multiformats/cid'
import { createRandom } from '../random.ts'
import { exampleKeys, minedKeys, pathsOfLayer } from './example-keys.ts'
import { cidOf, layerOf, type Records } from './tree-by-definition.ts'

/** The CID of some record, a different one for each number. */
export function recordCid(number: number): CID {
  return cidOf(Uint8Array.of(0x19, number >> 8, number & 255))
}

function alike(keys: readonly string[]): Records {
  return new Map(keys.map((key) => [key, recordCid(1)]))
}

export function numbered(keys: readonly string[]): Records {
  return new Map(keys.map((key, index) => [key, recordCid(index)]))
}

function notes(names: readonly string[]): string[] {
  return names.map((name) => `com.example.note/${name}`)
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** The longest possible path: an NSID of 317 bytes, a slash and a record key of 512. */
function longestPath(end: string): string {
  const label = 'a'.repeat(63)
  const authority = [label, label, label, 'b'.repeat(61)].join('.')
  return `${authority}.${'n'.repeat(63)}/${'0'.repeat(512 - end.length)}${end}`
}

/** Contents of repositories whose trees have a notable shape. */
export function treeShapes(): [comment: string, records: Records][] {
  const keys = exampleKeys()
  const ofLayers = (...layers: number[]) => keys.filter((key) => layers.includes(layerOf(key)))
  const low = pathsOfLayer(0, 60)
  const highest = minedKeys.at(-1)!
  return [
    ['no records', new Map()],
    ...[0, 1, 3, 7].map((layer): [string, Records] => [
      `one record, on layer ${layer}`,
      alike(ofLayers(layer).slice(0, 1)),
    ]),
    ['one record, on layer 12', alike([highest])],
    ['two records of one layer', alike(low.slice(0, 2))],
    ['one node of 60 entries', numbered(low)],
    ['one node of 300 entries, a number that takes two bytes', numbered(pathsOfLayer(0, 300))],
    ['two layers', alike(ofLayers(0, 1))],
    ['three layers, the middle one without keys', alike(ofLayers(0, 2))],
    ['four layers, two of them without keys', alike(ofLayers(0, 3))],
    ['all layers but the lowest', alike(ofLayers(1, 2, 3, 4, 5, 6, 7))],
    ['the lowest layer and the highest', alike(ofLayers(0, 7))],
    ['a key on layer 12 after all others', alike([...pathsOfLayer(0, 20, 'com.example.a/'), highest])],
    ['a key on layer 12 before all others', alike([...low, highest])],
    ['a key on layer 12 between others', alike([...pathsOfLayer(0, 20, 'com.example.a/'), ...low, highest])],
    ['mined keys alone', numbered(minedKeys)],
    ['all example keys, one record', alike(keys)],
    ['all example keys, each with its own record', numbered(keys)],
    [
      'collections whose names begin alike',
      alike(['com.example.note/z', 'com.example.notes/a', 'com.example.note.a/a', 'com.example.note-a.b/a']),
    ],
    [
      'keys in the order of their bytes, which is not that of a dictionary',
      alike(notes(['a-', 'a.', 'a0', 'a:', 'aA', 'aZ', 'a_', 'aa', 'az', 'a~'])),
    ],
    ['numbers, which sort as text', alike(notes(numbers(30).map(String)))],
    ['keys that each begin as the one before', numbered(notes(numbers(40).map((count) => 'a'.repeat(count + 1))))],
    ['keys of 830 bytes, the longest there are', numbered(numbers(6).map((number) => longestPath(String(number))))],
    [
      'a common prefix of 255 bytes, and one of 256',
      alike(notes(['a', 'aa', 'b'].map((end) => '0'.repeat(238) + end))),
    ],
    ...numbers(8).map((index): [string, Records] => [
      `some of the example keys, ${index + 1}`,
      numbered(someOf(keys, 5 + 8 * index, `shape ${index}`)),
    ]),
  ]
}

/** About `percent` of the keys. */
export function someOf(keys: readonly string[], percent: number, name: string): string[] {
  const random = createRandom(name)
  return keys.filter(() => random.below(100) < percent)
}
