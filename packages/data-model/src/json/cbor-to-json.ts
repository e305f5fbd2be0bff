import { decodeCbor } from '../cbor/cbor-decode.ts'
import { CborReader, MAJOR_TEXT } from '../cbor/cbor-reader.ts'
import { withPathOfByte } from '../cbor/fault-path.ts'
import { CID_LENGTH, cidFault } from '../cid/cid.ts'
import { CborError } from '../errors.ts'
import { decodeText, latin1Text } from '../text.ts'
import type { Limits } from '../value.ts'
import { base64Length, writeBase64 } from './base64.ts'
import { isPlainByte, isPlainWord, JsonText, LONG, LONGEST_ESCAPE, QUOTE, ROOM } from './json-text.ts'
import { stringifyJson } from './json-write.ts'

const MAJOR_ARRAY = 4
const MAJOR_MAP = 5
/** A head with this number has its length in the next byte. */
const IN_A_BYTE = 24

const DOLLAR = 36
const COMMA = 44
const COLON = 58
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
const UNDERSCORE = 95
const LETTER_T = 116
const OPEN_MAP = 123
const CLOSE_MAP = 125

const WORD = 4
const FIRST_KEY = -1
const NO_KEYS = -2

/**
 * The JSON text of a DAG-CBOR block without a detour through objects. Reads as strictly as
 * `decodeCbor` and writes what `stringifyJson` would, with keys in canonical order.
 * @throws {CborError | DataModelError}
 */
export function cborToJson(bytes: Uint8Array, limits?: Limits): string {
  const text = transcode(bytes, limits)
  return text.finishText(text.isAscii ? latin1Text : checkedText)
}

/** The text of what was checked when it was copied. */
function checkedText(utf8: Uint8Array, start: number, end: number): string {
  return decodeText(utf8, start, end)!
}

/** Like `cborToJson`, as UTF-8: what a response body is made of. */
export function cborToJsonBytes(bytes: Uint8Array, limits?: Limits): Uint8Array {
  return transcode(bytes, limits).finish()
}

function transcode(bytes: Uint8Array, limits: Limits | undefined): JsonText {
  const text = new JsonText()
  try {
    copyCbor(bytes, limits, text)
  } catch (error) {
    text.abandon()
    throw error
  }
  return text
}

/** Appends the JSON of a block; when it throws, part of it may be there. */
export function copyCbor(bytes: Uint8Array, limits: Limits | undefined, text: JsonText): void {
  const transcoder = new Transcoder(bytes, limits, text)
  try {
    transcoder.copyValue()
  } catch (error) {
    throw withPathOfByte(error, bytes, 0)
  }
  if (transcoder.at !== bytes.length) {
    throw new CborError('trailing-bytes', transcoder.at, 'more bytes behind the value')
  }
}

class Transcoder extends CborReader {
  private readonly text: JsonText

  constructor(bytes: Uint8Array, limits: Limits | undefined, text: JsonText) {
    super(bytes, 0, limits)
    this.text = text
  }

  /**
   * Copies one value with all that is in it. Most of what a page of records costs is spent here, so
   * it is one loop over items, which are values and keys alike, with its state in variables: a
   * function for each item and its state in fields took half as long again.
   */
  copyValue(): void {
    const { bytes, end, text } = this
    const words = text.wordsOf(bytes)
    const shift = bytes.byteOffset
    let out = text.bytes
    let outWords = text.words()
    let at = this.at
    let to = text.at
    /** How many items the innermost container still has. */
    let left = 1
    /** Where its last key starts, `FIRST_KEY` before there is one, `NO_KEYS` for what is no map. */
    let previous = NO_KEYS
    /** Both of the containers around it. */
    const outer: number[] = []
    for (;;) {
      if (to + ROOM > out.length) {
        text.reserveAt(to, ROOM)
        out = text.bytes
        outWords = text.words()
        to = text.at
      }
      if (left === 0) {
        if (outer.length === 0) break
        out[to++] = previous === NO_KEYS ? CLOSE_ARRAY : CLOSE_MAP
        previous = outer.pop()!
        left = outer.pop()!
        if (--left > 0) out[to++] = COMMA
        continue
      }
      const start = at
      this.at = at
      const isKey = previous !== NO_KEYS && (left & 1) === 0
      const head = isKey ? this.keyHead() : this.nextHead()
      const major = head >> 5
      if (major === MAJOR_TEXT) {
        let length = head & 31
        if (length < IN_A_BYTE) at++
        else if (length === IN_A_BYTE && bytes[at + 1]! >= IN_A_BYTE) {
          length = bytes[at + 1]!
          at += 2
        } else {
          length = this.readLength() | 0 // for the compiler: a small integer as all the others
          at = this.at | 0
        }
        if (length > end - at) this.refuse('truncated', start)
        // Most keys with a dollar are `$type`, and need no closer look.
        if (isKey && (bytes[at] === DOLLAR ? bytes[at + 1] !== LETTER_T : bytes[at] === UNDERSCORE)) {
          this.checkReserved(at, length)
        }
        // Escapes are rare in a long text: it makes room for them as they come.
        const room = (length > LONG ? length : LONGEST_ESCAPE * length) + ROOM
        if (to + room > out.length) {
          text.reserveAt(to, room)
          out = text.bytes
          outWords = text.words()
          to = text.at
        }
        const stop = at + length
        out[to++] = QUOTE
        for (const last = stop - WORD; at <= last; at += WORD, to += WORD) {
          const word = words.getInt32(shift + at, true)
          if (!isPlainWord(word)) break
          outWords.setInt32(to, word, true)
        }
        for (; at < stop && isPlainByte(bytes[at]!); at++) out[to++] = bytes[at]!
        if (at < stop) {
          to = text.copyText(bytes, at, stop, to)
          if (to < 0) this.refuse('utf8', stop - length)
          at = stop
          if (out !== text.bytes) {
            out = text.bytes
            outWords = text.words()
          }
        }
        out[to++] = QUOTE
        if (isKey) {
          if (previous >= 0) this.checkOrder(previous, start, at)
          previous = start
          out[to++] = COLON
          left--
          continue
        }
      } else if (major === MAJOR_ARRAY || major === MAJOR_MAP) {
        const count = this.readCount(outer.length / 2 + 1) | 0
        at = this.at | 0
        outer.push(left, previous)
        const isMap = major === MAJOR_MAP
        out[to++] = isMap ? OPEN_MAP : OPEN_ARRAY
        left = isMap ? 2 * count : count
        previous = isMap ? FIRST_KEY : NO_KEYS
        continue
      } else {
        text.at = to
        this.copyOther(major)
        at = this.at | 0
        text.reserve(ROOM)
        out = text.bytes
        outWords = text.words()
        to = text.at
      }
      if (--left > 0) out[to++] = COMMA
    }
    this.at = at
    text.at = to
  }

  /** What is neither text nor a container. */
  private copyOther(major: number): void {
    switch (major) {
      case 0:
        this.text.writeInteger(this.readUnsigned())
        break
      case 1:
        this.text.writeInteger(this.readNegative())
        break
      case 2:
        this.copyBytes()
        break
      case 6:
        this.copyLink()
        break
      default:
        this.text.writeAscii(String(this.readSimple()))
    }
  }

  private copyBytes(): void {
    const length = this.readLength()
    const { text, at } = this
    this.at = at + length
    text.writeAscii('{"$bytes":"')
    text.reserve(base64Length(length))
    text.at = writeBase64(text.bytes, text.at, this.bytes, at, this.at)
    text.writeAscii('"}')
  }

  private copyLink(): void {
    const start = this.at
    const content = this.skipLink()
    const fault = cidFault(this.bytes, content, CID_LENGTH)
    if (fault !== undefined) this.refuse('cid', start, fault)
    const { text } = this
    text.writeAscii('{"$link":"')
    text.writeCid(this.bytes, content)
    text.writeAscii('"}')
  }

  /**
   * A map with a key that JSON keeps for links or bytes, or `__proto__`, has no JSON form; the slow
   * way says where it is.
   */
  private checkReserved(at: number, length: number): void {
    const key = decodeText(this.bytes, at, at + length)
    if (key === '$link' || key === '$bytes' || key === '__proto__') stringifyJson(decodeCbor(this.bytes))
  }
}
