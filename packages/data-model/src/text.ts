/** UTF-8 in and out: by Node's Buffer where there is one, by the standard coders elsewhere. */

/** The methods of Node's Buffer that work on any Uint8Array when called with it as `this`. */
interface NodeText {
  readonly utf8Slice?: (this: Uint8Array, start: number, end: number) => string
  readonly latin1Slice?: (this: Uint8Array, start: number, end: number) => string
  readonly utf8Write?: (this: Uint8Array, text: string, offset: number, length: number) => number
}

// `Buffer.prototype` has these undocumented methods in all releases of Node; their absence is
// provided for.
const { utf8Slice, latin1Slice, utf8Write } = (globalThis.Buffer?.prototype ?? {}) as unknown as NodeText
const LONGEST_INTERNED = 64
const SLOTS = 1024
const CHUNK = 4096

let strictDecoder: TextDecoder | undefined
let encoder: TextEncoder | undefined
let interned: (string | undefined)[] | undefined

/** The text of bytes [start, end), or `undefined` where they are not UTF-8. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (utf8Slice) {
    const text = utf8Slice.call(bytes, start, end)
    // Node replaces what is malformed. Only a text with a replacement character in it needs the
    // slow, strict look.
    if (!text.includes('\ufffd')) return text
  }
  strictDecoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    return strictDecoder.decode(bytes.subarray(start, end))
  } catch {
    return undefined
  }
}

/**
 * Like `decodeText`, for text that comes again and again, as keys do: a known one is compared
 * instead of built again. The table keeps the last text of each slot, so it stays small whatever is
 * read.
 */
export function decodeCommonText(bytes: Uint8Array, start: number, end: number): string | undefined {
  const length = end - start
  if (length === 0) return ''
  if (length > LONGEST_INTERNED) return decodeText(bytes, start, end)
  const slot = slotOf(bytes, start, length)
  interned ??= new Array<string | undefined>(SLOTS).fill(undefined)
  const known = interned[slot]
  if (known !== undefined && known.length === length && isSame(known, bytes, start)) return known
  const text = decodeText(bytes, start, end)
  // Other than ASCII would not compare char by byte.
  if (text?.length === length) interned[slot] = text
  return text
}

function slotOf(bytes: Uint8Array, start: number, length: number): number {
  const middle = bytes[start + (length >> 1)]!
  return (length * 7 + bytes[start]! * 31 + middle * 131 + bytes[start + length - 1]! * 521) & (SLOTS - 1)
}

function isSame(known: string, bytes: Uint8Array, start: number): boolean {
  for (let index = known.length - 1; index >= 0; index--) {
    if (known.charCodeAt(index) !== bytes[start + index]) return false
  }
  return true
}

/** A string of one char a byte. */
export function latin1Text(bytes: Uint8Array, start: number, end: number): string {
  if (latin1Slice) return latin1Slice.call(bytes, start, end)
  let text = ''
  for (let from = start; from < end; from += CHUNK) {
    // `apply` takes any array-like; in pieces, since arguments go on the stack.
    text += String.fromCharCode.apply(null, bytes.subarray(from, Math.min(end, from + CHUNK)) as unknown as number[])
  }
  return text
}

/**
 * Writes a text, for which there must be room for 3 bytes a char, and returns its length in bytes.
 */
export function writeText(bytes: Uint8Array, at: number, text: string): number {
  if (utf8Write) return utf8Write.call(bytes, text, at, bytes.length - at)
  encoder ??= new TextEncoder()
  return encoder.encodeInto(text, bytes.subarray(at)).written
}

/** How many bytes UTF-8 takes for a well-formed text. */
export function utf8Length(text: string): number {
  let length = text.length
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x80) continue
    if (code < 0x800) length++
    else if (code >= 0xd800 && code < 0xdc00) {
      length += 2
      index++
    } else length += 2
  }
  return length
}
