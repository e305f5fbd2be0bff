// Lengths of text in UTF-8 bytes and in graphemes. Both are dear to count, so cheap bounds decide first.

/** Whether the text has at most `max` UTF-8 bytes. A UTF-16 unit becomes one to three bytes. */
export function hasAtMostBytes(text: string, max: number): boolean {
  if (text.length * 3 <= max) return true
  return text.length <= max && utf8Length(text) <= max
}

export function hasAtLeastBytes(text: string, min: number): boolean {
  if (text.length >= min) return true
  return text.length * 3 >= min && utf8Length(text) >= min
}

/** Whether the text has at most `max` graphemes. A grapheme is one UTF-16 unit or more. */
export function hasAtMostGraphemes(text: string, max: number): boolean {
  return text.length <= max || graphemesUpTo(text, max + 1) <= max
}

export function hasAtLeastGraphemes(text: string, min: number): boolean {
  return text.length >= min && graphemesUpTo(text, min) >= min
}

/** The length in UTF-8, without encoding. A lone surrogate counts as its replacement character does: three. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    bytes += unit < 0x800 ? 1 : 2
    if (isPairAt(text, i)) i++ // four bytes for two units: 2 + the two already counted
  }
  return bytes
}

function isPairAt(text: string, i: number): boolean {
  return (text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00
}

// Among printable ASCII nothing combines: a grapheme is a character.
const PLAIN = /^[\x20-\x7e\n\t]*$/
let segmenter: Intl.Segmenter | undefined

/** How many graphemes there are, counting no further than `stop`. */
function graphemesUpTo(text: string, stop: number): number {
  if (PLAIN.test(text)) return text.length
  segmenter ??= new Intl.Segmenter()
  let count = 0
  for (const _ of segmenter.segment(text)) if (++count >= stop) break
  return count
}
