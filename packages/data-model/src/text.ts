/** UTF-8 in and out: Node's Buffer where there is one, the standard coders elsewhere. */

interface NodeBytes {
  utf8Slice(start: number, end: number): string
  latin1Slice(start: number, end: number): string
  utf8Write(text: string, offset: number, length: number): number
}

// Node's Buffer methods work on any Uint8Array when called with it as `this`.
type Slice = (this: Uint8Array, start: number, end: number) => string
const nodeBytes = globalThis.Buffer?.prototype as unknown as { [K in keyof NodeBytes]?: NodeBytes[K] } | undefined
const utf8Slice = nodeBytes?.utf8Slice as Slice | undefined

let strictDecoder: TextDecoder | undefined

/** The text of bytes [start, end), or `undefined` where they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (utf8Slice) {
    const text = utf8Slice.call(bytes, start, end)
    // Node replaces what is malformed. Only a text with a replacement character in it needs the slow, strict look.
    if (!text.includes('\ufffd')) return text
  }
  strictDecoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    return strictDecoder.decode(bytes.subarray(start, end))
  } catch {
    return undefined
  }
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
