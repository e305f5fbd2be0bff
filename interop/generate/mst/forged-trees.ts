// Trees that others may send: some are valid, most are not, each because of one fault.
import type { CID } from 'multiformats/cid'
import { minedKeys, pathsOfLayer } from './example-keys.ts'
import { type Block, blockOf, cidOf, commonPrefixLength, layerOf, type Records, treeOf } from './tree-by-definition.ts'

export interface ForgedTree {
  readonly comment: string
  /** The violated rule. `undefined` for a tree without fault. */
  readonly rule?: string
  readonly blocks: readonly [root: Block, ...below: Block[]]
  /** The records of a tree without fault. */
  readonly records?: Records
}

const rawCodec = 0x55
const value = cidOf(Uint8Array.of(0xa0))
const other = cidOf(Uint8Array.of(0xa1, 0x61, 0x61, 0x01))
const text = new TextEncoder()
const low = pathsOfLayer(0, 40)
const high = pathsOfLayer(1, 9)
const highest = pathsOfLayer(2, 9)

interface Entry {
  readonly p: number
  readonly k: Uint8Array
  readonly v: CID
  readonly t: CID | null
}

function entry(key: string, before = '', t: CID | null = null, v: CID = value): Entry {
  const p = commonPrefixLength(before, key)
  return { p, k: text.encode(key.slice(p)), v, t }
}

function node(l: CID | null, ...e: Entry[]): Block {
  return blockOf({ l, e })
}

/** A node of these keys over one subtree at `place`. */
function over(keys: readonly string[], child: Block, place: number): Block {
  const entries = keys.map((key, index) => entry(key, keys[index - 1], place === index + 1 ? child.cid : null))
  return node(place === 0 ? child.cid : null, ...entries)
}

function bytesOf(...parts: (number | Uint8Array)[]): Block {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : part)))
  return { cid: cidOf(bytes), bytes }
}

const honest = (comment: string, keys: readonly string[]): ForgedTree => {
  const records = new Map(keys.map((key) => [key, value]))
  return { comment, blocks: treeOf(records).nodes as unknown as [Block, ...Block[]], records }
}

const wrong = (rule: string, comment: string, ...blocks: [Block, ...Block[]]): ForgedTree => ({ comment, rule, blocks })

const [a, b] = [low[0]!, low[1]!]
const middle = high[4]!
const beforeMiddle = low.find((key) => key < middle)!
const afterMiddle = low.find((key) => key > middle)!
const gap = [highest[0]!, low.find((key) => key > highest[0]!)!]
const one = node(null, entry(a))
const oneBytes = Buffer.from(one.bytes)

export function forgedTrees(): ForgedTree[] {
  return [
    honest('the empty tree', []),
    honest('one record', [a]),
    honest('one record on a high layer', [minedKeys[3]!]),
    honest('keys of one layer', low.slice(0, 10)),
    honest('keys of three layers', [...low.slice(0, 9), ...high, ...highest]),
    honest('a layer without keys between two that have some', gap),
    honest('a high key over low ones, with empty nodes on the way down', [...low.slice(0, 5), minedKeys[2]!]),
    honest('keys that begin alike, up to all of the shorter one', ['com.example.note/a', 'com.example.note/aa']),
    {
      comment: 'a record link with the raw codec, which is for each reader of records to judge',
      blocks: [node(null, entry(a, '', null, cidOf(Uint8Array.of(1), rawCodec)))],
      records: new Map([[a, cidOf(Uint8Array.of(1), rawCodec)]]),
    },

    wrong('encoding', 'a node without bytes', bytesOf()),
    wrong('encoding', 'a node that is a list', blockOf([])),
    wrong('encoding', 'a node that is null', blockOf(null)),
    wrong('encoding', 'a node without e', blockOf({ l: null })),
    wrong('encoding', 'a node without l', blockOf({ e: [] })),
    wrong('encoding', 'a node with an unknown field', blockOf({ e: [], l: null, x: 1 })),
    wrong('encoding', 'entries that are a map', blockOf({ e: {}, l: null })),
    wrong('encoding', 'an entry without v', blockOf({ e: [{ k: text.encode(a), p: 0, t: null }], l: null })),
    wrong('encoding', 'an entry without t', blockOf({ e: [{ k: text.encode(a), p: 0, v: value }], l: null })),
    wrong('encoding', 'an entry without p', blockOf({ e: [{ k: text.encode(a), t: null, v: value }], l: null })),
    wrong('encoding', 'an entry with an unknown field', blockOf({ e: [{ ...entry(a), x: 1 }], l: null })),
    wrong('encoding', 'a key that is text', blockOf({ e: [{ ...entry(a), k: a }], l: null })),
    wrong('encoding', 'a record link that is null', blockOf({ e: [{ ...entry(a), v: null }], l: null })),
    wrong('encoding', 'a record link that is text', blockOf({ e: [{ ...entry(a), v: String(value) }], l: null })),
    wrong('encoding', 'a subtree link that is text', blockOf({ e: [], l: String(value) })),
    wrong(
      'encoding',
      'a subtree link with the raw codec',
      node(cidOf(one.bytes, rawCodec), entry(high.find((key) => key > a)!)),
      one,
    ),
    wrong('encoding', 'a prefix length below 0', blockOf({ e: [entry(a), { ...entry(b, a), p: -1 }], l: null })),
    wrong('encoding', 'a prefix length with a fraction', blockOf({ e: [{ ...entry(a), p: 0.5 }], l: null })),
    wrong('encoding', 'a byte after the node', bytesOf(oneBytes, 0)),
    wrong('encoding', 'a node cut short', bytesOf(oneBytes.subarray(0, -1))),
    wrong('encoding', 'fields out of order', bytesOf(0xa2, 0x61, 0x6c, 0xf6, 0x61, 0x65, 0x80)),
    wrong('encoding', 'a list of indefinite length', bytesOf(0xa2, 0x61, 0x65, 0x9f, 0xff, 0x61, 0x6c, 0xf6)),
    wrong(
      'encoding',
      'a list whose length takes more bytes than it needs',
      bytesOf(0xa2, 0x61, 0x65, 0x98, 0, 0x61, 0x6c, 0xf6),
    ),
    wrong(
      'encoding',
      'a field that is there twice',
      bytesOf(0xa3, 0x61, 0x65, 0x80, 0x61, 0x6c, 0xf6, 0x61, 0x6c, 0xf6),
    ),
    wrong('encoding', 'undefined for no subtree', bytesOf(0xa2, 0x61, 0x65, 0x80, 0x61, 0x6c, 0xf7)),

    wrong('prefix', 'a prefix of the first key', node(null, { ...entry(a), p: 1 })),
    wrong('prefix', 'a prefix that could be longer', node(null, entry(a), { ...entry(b), p: 0 })),
    wrong(
      'prefix',
      'a prefix that could be longer by one',
      node(null, entry(a), {
        ...entry(b),
        p: commonPrefixLength(a, b) - 1,
        k: text.encode(b.slice(commonPrefixLength(a, b) - 1)),
      }),
    ),
    wrong('prefix', 'a prefix longer than the key before', node(null, entry(a), { ...entry(b, a), p: a.length + 1 })),

    wrong('key-order', 'keys in descending order', node(null, entry(b), entry(a, b))),
    wrong('key-order', 'one key twice', node(null, entry(a), { ...entry(a), p: a.length, k: new Uint8Array() })),
    wrong(
      'key-order',
      'one key twice, for different records',
      node(null, entry(a), { ...entry(a), p: a.length, k: new Uint8Array(), v: other }),
    ),
    wrong(
      'key-order',
      'a key that is the beginning of the one before',
      node(null, entry(a), { ...entry(a), p: a.length - 1, k: new Uint8Array() }),
    ),
    wrong('key-order', 'a key without bytes', node(null, { ...entry(a), k: new Uint8Array() })),
    wrong(
      'key-order',
      'a left subtree whose key sorts after',
      over([middle], node(null, entry(afterMiddle)), 0),
      node(null, entry(afterMiddle)),
    ),
    wrong(
      'key-order',
      'a right subtree whose key sorts before',
      over([middle], node(null, entry(beforeMiddle)), 1),
      node(null, entry(beforeMiddle)),
    ),
    wrong('key-order', 'a subtree whose last key sorts after the next key', ...straddling()),
    wrong('key-order', 'one subtree in two places', ...twice()),
    wrong('key-order', 'a key two layers down that belongs to the other side', ...farOutside()),

    wrong('layer', 'keys of two layers in one node', node(null, ...inOrder(a, highest[8]!))),
    wrong('layer', 'a subtree two layers below, without the node between', ...skipping()),
    wrong(
      'layer',
      'a subtree of the same layer',
      over([high[1]!], node(null, entry(high[0]!)), 0),
      node(null, entry(high[0]!)),
    ),
    wrong('layer', 'a subtree of a higher layer', ...upsideDown()),
    wrong('layer', 'a subtree below layer 0', over([b], one, 0), one),
    wrong('layer', 'an empty node too many on the way down', ...oneTooMany()),

    wrong('empty', 'a subtree without keys and subtrees', over([middle], node(null), 0), node(null)),
    wrong('empty', 'an empty node that ends at another', ...emptyEnd()),
    wrong('untrimmed', 'a root that only points to a subtree', node(one.cid), one),
    wrong('untrimmed', 'two such nodes above the tree', node(node(one.cid).cid), node(one.cid), one),

    wrong('key-syntax', 'a key without a slash', node(null, entry('note'))),
    wrong('key-syntax', 'a key of three parts', node(null, entry(firstOfLayer0('com.example.note/a/')))),
    wrong('key-syntax', 'a key without a record key', node(null, entry('com.example.note/'))),
    wrong('key-syntax', 'a key without a collection', node(null, entry('/self'))),
    wrong('key-syntax', 'a key whose collection is not an NSID', node(null, entry('note/self'))),
    wrong(
      'key-syntax',
      'a key whose collection is not normalized',
      node(null, entry(firstOfLayer0('com.Example.note/'))),
    ),
    wrong('key-syntax', 'the record key ..', node(null, entry('com.example.note/..'))),
    wrong('key-syntax', 'a key with a space', node(null, entry('com.example.note/a b'))),
    wrong('key-syntax', 'a key with a line end', node(null, entry('com.example.note/a\n'))),
    wrong('key-syntax', 'a key that ends in NUL', node(null, entry('com.example.note/a\0'))),
    wrong('key-syntax', 'a key of letters beyond ASCII', node(null, entry('com.example.note/é'))),
    wrong(
      'key-syntax',
      'a key that is not UTF-8',
      node(null, { ...entry(a), k: Buffer.concat([text.encode('com.example.note/'), Uint8Array.of(0xff)]) }),
    ),
    wrong('key-length', 'a key of 1,025 bytes', node(null, entry(`com.example.note/${'a'.repeat(1008)}`))),
    wrong('missing', 'a subtree that is not there', over([middle], one, 0)),
  ]
}

function inOrder(first: string, second: string): Entry[] {
  return [entry(first), entry(second, first)]
}

function firstOfLayer0(prefix: string): string {
  for (let index = 0; ; index++) if (layerOf(`${prefix}${index}`) === 0) return `${prefix}${index}`
}

function straddling(): [Block, Block] {
  const keys = [high[2]!, high[3]!]
  const inside = low.find((key) => key > keys[0]! && key < keys[1]!)
  const child = node(null, ...inOrder(inside ?? keys[0]!, low.find((key) => key > keys[1]!)!))
  return [over(keys, child, 1), child]
}

function twice(): [Block, Block] {
  const child = node(null, entry(beforeMiddle))
  return [node(child.cid, entry(middle, '', child.cid)), child]
}

function farOutside(): [Block, Block, Block] {
  const top = highest[4]!
  const leaf = node(null, entry(low.find((key) => key > top)!))
  const between = node(leaf.cid)
  return [node(between.cid, entry(top)), between, leaf]
}

function skipping(): [Block, Block] {
  const child = node(null, entry(low.find((key) => key < highest[8]!)!))
  return [node(child.cid, entry(highest[8]!)), child]
}

function upsideDown(): [Block, Block] {
  const child = node(null, entry(highest.find((key) => key < high[8]!)!))
  return [node(child.cid, entry(high[8]!)), child]
}

function oneTooMany(): [Block, Block, Block] {
  const leaf = node(null, entry(low.find((key) => key < high[8]!)!))
  const between = node(leaf.cid)
  return [node(between.cid, entry(high[8]!)), between, leaf]
}

function emptyEnd(): [Block, Block, Block] {
  const end = node(null)
  const between = node(end.cid)
  return [node(between.cid, entry(highest[0]!)), between, end]
}
