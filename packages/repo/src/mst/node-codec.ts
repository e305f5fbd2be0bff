import { CID_LENGTH, type Cid, decodeCid, InvalidCidError } from '@atoll/data-model'
import { InvalidNodeError, type NodeReason } from '../errors.ts'
import { maxNodeEntries, maxPathLength } from '../limits.ts'
import { commonPrefixLength } from '../path.ts'
import { asciiText } from './ascii.ts'

// A node is {e: [{k: suffix, p: prefix length, t: subtree or null, v: value}], l: subtree or null}
// in DAG-CBOR: few enough shapes to write and read them byte by byte.
// https://atproto.com/specs/repository#mst-structure

/** The content of a node, as encoded: `children` has one more item than `keys`. */
export interface NodeContent {
  readonly keys: string[]
  readonly values: Cid[]
  readonly children: (Cid | null)[]
}

const ENTRY_MAP = 0xa4
const NODE_MAP = 0xa2
const KEY_E = 0x65
const KEY_K = 0x6b
const KEY_L = 0x6c
const KEY_P = 0x70
const KEY_T = 0x74
const KEY_V = 0x76
const TEXT_1 = 0x61
const NULL = 0xf6
const BYTES = 0x40
const UNSIGNED = 0x00
const ARRAY = 0x80
const CID_HEAD = [0xd8, 0x2a, 0x58, 0x25, 0x00]
const LINK_LENGTH = CID_HEAD.length + CID_LENGTH
/** Heads, map keys and two links of one entry, without its key. */
const MAX_ENTRY_OVERHEAD = 1 + 4 * 2 + 3 + 3 + 2 * LINK_LENGTH
const MAX_NODE_OVERHEAD = 1 + 2 * 2 + 3 + LINK_LENGTH

let scratch: Uint8Array | undefined

/** What can be linked to: a CID, or something that has one. */
type Linked = Cid | { readonly cid: Cid }

/** The bytes of a node: the same as the generic codec writes for its map. */
export function encodeNode(
  keys: readonly string[],
  values: readonly Cid[],
  children: readonly (Linked | null)[],
): Uint8Array {
  // A child may have to be encoded to have a CID, and that uses the same scratch buffer: so do it
  // first.
  for (const child of children) if (child !== null && 'cid' in child) child.cid
  let bound = MAX_NODE_OVERHEAD
  for (const key of keys) bound += MAX_ENTRY_OVERHEAD + key.length
  if (scratch === undefined || scratch.length < bound) scratch = new Uint8Array(Math.max(bound, 4096))
  const bytes = scratch
  bytes[0] = NODE_MAP
  bytes[1] = TEXT_1
  bytes[2] = KEY_E
  let at = writeHead(bytes, 3, ARRAY, keys.length)
  let before = ''
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!
    const prefix = commonPrefixLength(before, key)
    bytes[at++] = ENTRY_MAP
    bytes[at++] = TEXT_1
    bytes[at++] = KEY_K
    at = writeHead(bytes, at, BYTES, key.length - prefix)
    for (let char = prefix; char < key.length; char++) bytes[at++] = key.charCodeAt(char)
    bytes[at++] = TEXT_1
    bytes[at++] = KEY_P
    at = writeHead(bytes, at, UNSIGNED, prefix)
    bytes[at++] = TEXT_1
    bytes[at++] = KEY_T
    at = writeLink(bytes, at, children[index + 1]!)
    bytes[at++] = TEXT_1
    bytes[at++] = KEY_V
    at = writeLink(bytes, at, values[index]!)
    before = key
  }
  bytes[at++] = TEXT_1
  bytes[at++] = KEY_L
  at = writeLink(bytes, at, children[0]!)
  const kept = allocate(at)
  kept.set(bytes.subarray(0, at))
  return kept
}

/**
 * Node's Buffer allocates small pieces from a pool: an ArrayBuffer for each would cost more than
 * encoding the node.
 */
function allocate(length: number): Uint8Array {
  const pooled = globalThis.Buffer?.allocUnsafe(length)
  return pooled ? new Uint8Array(pooled.buffer, pooled.byteOffset, length) : new Uint8Array(length)
}

function writeHead(bytes: Uint8Array, at: number, major: number, argument: number): number {
  if (argument < 24) {
    bytes[at] = major | argument
    return at + 1
  }
  if (argument < 0x100) {
    bytes[at] = major | 24
    bytes[at + 1] = argument
    return at + 2
  }
  bytes[at] = major | 25
  bytes[at + 1] = argument >> 8
  bytes[at + 2] = argument
  return at + 3
}

function writeLink(bytes: Uint8Array, at: number, linked: Linked | null): number {
  if (linked === null) {
    bytes[at] = NULL
    return at + 1
  }
  bytes[at] = CID_HEAD[0]!
  bytes[at + 1] = CID_HEAD[1]!
  bytes[at + 2] = CID_HEAD[2]!
  bytes[at + 3] = CID_HEAD[3]!
  bytes[at + 4] = CID_HEAD[4]!
  const source = ('cid' in linked ? linked.cid : linked).bytes
  const start = at + CID_HEAD.length
  // Faster than `set` for so few bytes.
  for (let index = 0; index < CID_LENGTH; index++) bytes[start + index] = source[index]!
  return at + LINK_LENGTH
}

/**
 * Reads a node, which has only one valid encoding. Also refuses keys out of order, prefixes shorter
 * than they could be, and more entries or longer keys than the limits. CIDs in the result are views
 * of `bytes`.
 * @throws InvalidNodeError
 */
export function decodeNode(bytes: Uint8Array, cid?: Cid): NodeContent {
  try {
    return new NodeReader(bytes).read()
  } catch (error) {
    if (error instanceof InvalidNodeError) throw new InvalidNodeError(error.reason, cid)
    throw error
  }
}

/**
 * Finds where in `bytes` the CIDs of a node's links are. The node begins at `start`. The positions
 * come in tree order: subtree, record, subtree, …, subtree. So subtrees have even indices, with 0
 * where there is none, and records odd ones. Keys are skipped: their order is not checked.
 * @throws InvalidNodeError
 */
export function linksOfNode(bytes: Uint8Array, start: number): number[] {
  return new NodeReader(bytes, start).links()
}

/**
 * The key read last: the next one repeats its start. One buffer for all readers, since reading is
 * synchronous.
 */
let keyBytes: Uint8Array | undefined

class NodeReader {
  readonly #bytes: Uint8Array
  #at = 0
  #keyLength = 0

  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes
    this.#at = start
  }

  read(): NodeContent {
    this.#expect(NODE_MAP)
    this.#expectKey(KEY_E)
    const count = this.#head(ARRAY)
    if (count > maxNodeEntries) refuse('too-wide')
    const keys: string[] = []
    const values: Cid[] = []
    const children: (Cid | null)[] = [null]
    for (let index = 0; index < count; index++) {
      this.#expect(ENTRY_MAP)
      keys.push(this.#key())
      this.#expectKey(KEY_T)
      children.push(this.#child())
      this.#expectKey(KEY_V)
      values.push(this.#cid())
    }
    this.#expectKey(KEY_L)
    children[0] = this.#child()
    if (this.#at !== this.#bytes.length) refuse('encoding')
    return { keys, values, children }
  }

  links(): number[] {
    this.#expect(NODE_MAP)
    this.#expectKey(KEY_E)
    const count = this.#head(ARRAY)
    const links = [0]
    for (let index = 0; index < count; index++) {
      this.#expect(ENTRY_MAP)
      this.#skipKey()
      this.#expectKey(KEY_T)
      const child = this.#childAt()
      this.#expectKey(KEY_V)
      links.push(this.#link(), child)
    }
    this.#expectKey(KEY_L)
    links[0] = this.#childAt()
    if (this.#at !== this.#bytes.length) refuse('encoding')
    return links
  }

  #skipKey(): void {
    this.#expectKey(KEY_K)
    const length = this.#head(BYTES)
    this.#at += length
    this.#expectKey(KEY_P)
    this.#head(UNSIGNED)
  }

  /**
   * Reads a key. It must sort after the one before, and its prefix must be all that the two share.
   */
  #key(): string {
    const bytes = this.#bytes
    this.#expectKey(KEY_K)
    const length = this.#head(BYTES)
    const start = this.#at
    this.#at += length
    if (this.#at > bytes.length) refuse('encoding')
    this.#expectKey(KEY_P)
    const prefix = this.#head(UNSIGNED)
    if (prefix > this.#keyLength) refuse('prefix')
    if (prefix + length > maxPathLength) refuse('key-length')
    if (length === 0) refuse('key-order')
    const key = (keyBytes ??= new Uint8Array(maxPathLength))
    if (prefix < this.#keyLength) {
      if (bytes[start]! === key[prefix]!) refuse('prefix')
      if (bytes[start]! < key[prefix]!) refuse('key-order')
    }
    for (let index = 0; index < length; index++) key[prefix + index] = bytes[start + index]!
    this.#keyLength = prefix + length
    return asciiText(key, 0, this.#keyLength)
  }

  #isNull(): boolean {
    if (this.#bytes[this.#at] !== NULL) return false
    this.#at++
    return true
  }

  #childAt(): number {
    return this.#isNull() ? 0 : this.#link()
  }

  #child(): Cid | null {
    if (this.#isNull()) return null
    const cid = this.#cid()
    if (cid.codec !== 'dag-cbor') refuse('encoding')
    return cid
  }

  #cid(): Cid {
    const at = this.#link()
    try {
      return decodeCid(this.#bytes.subarray(at, at + CID_LENGTH))
    } catch (error) {
      if (error instanceof InvalidCidError) return refuse('encoding')
      throw error
    }
  }

  /** Reads a link. Returns the position of its CID. */
  #link(): number {
    const bytes = this.#bytes
    const at = this.#at
    const isLink =
      bytes[at] === CID_HEAD[0] &&
      bytes[at + 1] === CID_HEAD[1] &&
      bytes[at + 2] === CID_HEAD[2] &&
      bytes[at + 3] === CID_HEAD[3] &&
      bytes[at + 4] === CID_HEAD[4]
    if (!isLink) refuse('encoding')
    this.#at += LINK_LENGTH
    return at + CID_HEAD.length
  }

  #expectKey(key: number): void {
    this.#expect(TEXT_1)
    this.#expect(key)
  }

  #expect(byte: number): void {
    if (this.#bytes[this.#at++] !== byte) refuse('encoding')
  }

  /**
   * The argument of a head of `major`, in its shortest form. No number in a node needs more than
   * two bytes.
   */
  #head(major: number): number {
    const bytes = this.#bytes
    const info = (bytes[this.#at++] ?? refuse('encoding')) - major
    if (info >= 0 && info < 24) return info
    if (info === 24) {
      const value = bytes[this.#at++] ?? refuse('encoding')
      return value < 24 ? refuse('encoding') : value
    }
    if (info !== 25) return refuse('encoding')
    const high = bytes[this.#at++] ?? refuse('encoding')
    const low = bytes[this.#at++] ?? refuse('encoding')
    return high === 0 ? refuse('encoding') : (high << 8) | low
  }
}

function refuse(reason: NodeReason): never {
  throw new InvalidNodeError(reason)
}
