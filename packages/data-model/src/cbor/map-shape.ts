/**
 * The keys of maps in canonical order, encoded. Maps of one kind come in numbers, so both the
 * encoder and the decoder expect to meet the keys that they met last: they then copy or compare
 * bytes instead of sorting and reading text.
 */

import { CborError } from '../errors.ts'
import { utf8Length, writeText } from '../text.ts'
import { headLength, TEXT, writeHead } from './cbor-head.ts'

export interface MapShape {
  /** The keys as an object listed them. */
  readonly listed: readonly string[]
  /** The keys in canonical order. */
  readonly sorted: readonly string[]
  /** For each of the sorted its encoded text, the head included. */
  readonly encoded: readonly Uint8Array[]
}

const SLOTS = 512
/** Shifting a 32-bit hash right by 23 leaves 9 bits: a slot number below 512. */
const SHIFT = 23
const MOST_KEYS = 24
const LONGEST_KEY = 48
/**
 * How many misses a slot tolerates before its shape is replaced, so that two alternating shapes do
 * not evict each other.
 */
const PATIENCE = 8
const NO_KEYS: MapShape = { listed: [], sorted: [], encoded: [] }

/**
 * A table of fixed size, so that foreign data cannot fill the memory. Every shape has two places
 * that it may take.
 */
class ShapeTable {
  private readonly shapes = new Array<MapShape | undefined>(SLOTS).fill(undefined)
  /** For each slot, how many maps fell on it whose shape was neither here nor in its neighbour. */
  private readonly misses = new Uint8Array(SLOTS)

  at(slot: number): MapShape | undefined {
    return this.shapes[slot]
  }

  /**
   * Keeps a shape in its slot or the neighbour, if one is free. Otherwise it counts a miss; after
   * `PATIENCE` of them the shape takes the slot, and the one before it moves to the neighbour.
   */
  offer(slot: number, shape: MapShape): void {
    if (!isWorthKeeping(shape.listed)) return
    if (this.shapes[slot] === undefined) this.shapes[slot] = shape
    else if (this.shapes[slot ^ 1] === undefined) this.shapes[slot ^ 1] = shape
    else if (++this.misses[slot]! >= PATIENCE) {
      this.misses[slot] = 0
      this.shapes[slot ^ 1] = this.shapes[slot]
      this.shapes[slot] = shape
    }
  }
}

let written: ShapeTable | undefined
let read: ShapeTable | undefined

/**
 * How to write a map with these keys. A key that is not well-formed throws an error with `offset`.
 */
export function shapeOf(keys: readonly string[], offset: number): MapShape {
  if (keys.length === 0) return NO_KEYS
  if (keys.length > MOST_KEYS) return buildShape(keys, offset)
  written ??= new ShapeTable()
  const slot = slotOf(keys)
  const known = written.at(slot)
  if (known !== undefined && isSame(known.listed, keys)) return known
  const other = written.at(slot ^ 1)
  if (other !== undefined && isSame(other.listed, keys)) return other
  const shape = buildShape(keys, offset)
  written.offer(slot, shape)
  return shape
}

/**
 * The slot for a map of `count` keys whose first begins at `at`. Before a key is read, the count
 * and three bytes tell kinds of maps apart: the first key's head, which says its length, and its
 * first and last byte, each in eight bits of its own, with the count mixed in over the upper two.
 * Multiplying by 2^32 divided by the golden ratio (Fibonacci hashing) spreads them over the highest
 * bits, which are the slot. A wrong guess costs time, nothing else: the keys are compared.
 */
export function expectedSlot(bytes: Uint8Array, at: number, count: number): number {
  const head = bytes[at]!
  const name = (bytes[at + 1]! << 16) | (bytes[at + (head & 31)]! << 8) | head
  return Math.imul(name ^ (count << 11), 0x9e3779b1) >>> SHIFT
}

/** The keys that a map of `count` keys whose first begins at `at` is likely to have. */
export function expectedShape(slot: number, bytes: Uint8Array, at: number, count: number): MapShape | undefined {
  if (read === undefined) return undefined
  const shape = read.at(slot)
  if (shape !== undefined && mayBe(shape, bytes, at, count)) return shape
  const other = read.at(slot ^ 1)
  return other !== undefined && mayBe(other, bytes, at, count) ? other : undefined
}

function mayBe(shape: MapShape, bytes: Uint8Array, at: number, count: number): boolean {
  const first = shape.encoded[0]!
  return shape.sorted.length === count && first[0] === bytes[at] && first[1] === bytes[at + 1]
}

/** Remembers the keys of a map that had other keys than its slot led to expect. */
export function learnShape(slot: number, keys: readonly string[]): void {
  if (keys.length > MOST_KEYS) return
  read ??= new ShapeTable()
  read.offer(slot, buildShape(keys, 0))
}

function isWorthKeeping(keys: readonly string[]): boolean {
  return keys.every((key) => key.length <= LONGEST_KEY && key !== '__proto__')
}

/**
 * The same for keys that are not encoded, in an object's own order: the first letters of the first
 * and last key and the lengths of all, mixed one after the other.
 */
function slotOf(keys: readonly string[]): number {
  let hash = (keys[0]!.charCodeAt(0) << 8) | keys[keys.length - 1]!.charCodeAt(0)
  for (let index = 0; index < keys.length; index++) hash = Math.imul(hash ^ keys[index]!.length, 0x9e3779b1)
  return hash >>> SHIFT
}

function isSame(known: readonly string[], keys: readonly string[]): boolean {
  if (known.length !== keys.length) return false
  for (let index = 0; index < keys.length; index++) if (known[index] !== keys[index]) return false
  return true
}

function buildShape(listed: readonly string[], offset: number): MapShape {
  const keys = listed.map((key) => ({ key, bytes: encodeKey(key, offset) }))
  keys.sort((a, b) => compareBytes(a.bytes, b.bytes))
  return { listed, sorted: keys.map(({ key }) => key), encoded: keys.map(({ bytes }) => bytes) }
}

function encodeKey(key: string, offset: number): Uint8Array {
  if (!key.isWellFormed()) throw new CborError('surrogate', offset, 'a key with a lone surrogate')
  const length = utf8Length(key)
  const bytes = new Uint8Array(headLength(length) + length)
  writeText(bytes, writeHead(bytes, 0, TEXT, length), key)
  return bytes
}

/**
 * Heads grow with the length, so the bytewise order of encoded keys is the canonical one: length
 * first.
 */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < a.length; index++) {
    const difference = a[index]! - b[index]!
    if (difference !== 0) return difference
  }
  return 0
}
