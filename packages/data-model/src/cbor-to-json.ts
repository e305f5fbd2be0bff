import { base32Length, writeBase32 } from './base32.ts'
import { base64Length, writeBase64 } from './base64.ts'
import { decodeCbor } from './cbor-decode.ts'
import { CborReader, MAJOR_TEXT } from './cbor-reader.ts'
import { CID_LENGTH, cidFault } from './cid.ts'
import { CborError } from './errors.ts'
import { JsonText } from './json-text.ts'
import { valueToJson } from './json-write.ts'
import { decodeText, latin1Text } from './text.ts'
import type { Limits } from './value.ts'

const COMMA = 44
const COLON = 58
const DOLLAR = 36
const LETTER_T = 116

/**
 * The JSON text of a DAG-CBOR block without a detour through objects. Reads as strictly as `decodeCbor` and writes what
 * `stringifyJson` would, with keys in canonical order.
 * @throws {CborError | DataModelError}
 */
export function cborToJson(bytes: Uint8Array, limits?: Limits): string {
  const text = transcode(bytes, limits)
  return text.finishText(text.isAscii ? latin1Text : checkedText)
}

/** The text of what was looked at when it was copied. */
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
  transcoder.copyValue(0)
  if (transcoder.at !== bytes.length) throw new CborError('trailing-bytes', transcoder.at)
}

class Transcoder extends CborReader {
  private readonly text: JsonText

  constructor(bytes: Uint8Array, limits: Limits | undefined, text: JsonText) {
    super(bytes, 0, limits)
    this.text = text
  }

  copyValue(depth: number): void {
    switch (this.nextHead() >> 5) {
      case 0:
        this.text.writeInteger(this.readArgument())
        break
      case 1:
        this.text.writeInteger(this.readNegative())
        break
      case 2:
        this.copyBytes()
        break
      case MAJOR_TEXT:
        this.copyText(this.readLength())
        break
      case 4:
        this.copyArray(depth + 1)
        break
      case 5:
        this.copyMap(depth + 1)
        break
      case 6:
        this.copyLink()
        break
      default:
        this.text.writeAscii(String(this.readSimple()))
    }
  }

  private copyText(length: number): void {
    const start = this.at
    this.at = start + length
    if (!this.text.writeText(this.bytes, start, this.at)) this.refuse('utf8', start)
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
    const text = this.text
    text.writeAscii('{"$link":"b')
    text.reserve(base32Length(CID_LENGTH))
    text.at = writeBase32(text.bytes, text.at, this.bytes, content, content + CID_LENGTH)
    text.writeAscii('"}')
  }

  private copyArray(depth: number): void {
    const count = this.readCount(depth)
    this.text.writeAscii('[')
    for (let index = 0; index < count; index++) {
      if (index > 0) this.text.writeByte(COMMA)
      this.copyValue(depth)
    }
    this.text.writeAscii(']')
  }

  private copyMap(depth: number): void {
    const count = this.readCount(depth)
    this.text.writeAscii('{')
    let previous = -1
    for (let index = 0; index < count; index++) {
      if (index > 0) this.text.writeByte(COMMA)
      const start = this.at
      const length = this.readKeyLength()
      // Most keys with a dollar are `$type`, and need no closer look.
      if (this.bytes[this.at] === DOLLAR && this.bytes[this.at + 1] !== LETTER_T) this.checkReserved(length)
      this.copyText(length)
      if (previous >= 0) this.checkOrder(previous, start)
      previous = start
      this.text.writeByte(COLON)
      this.copyValue(depth)
    }
    this.text.writeAscii('}')
  }

  /** A map with a key that JSON keeps for links or bytes has no JSON form; the slow way says where it is. */
  private checkReserved(length: number): void {
    const key = decodeText(this.bytes, this.at, this.at + length)
    if (key === '$link' || key === '$bytes') valueToJson(decodeCbor(this.bytes))
  }
}
