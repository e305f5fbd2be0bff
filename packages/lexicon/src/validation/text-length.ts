// Lengths of text in UTF-8 bytes and in graphemes. Both are expensive to count, so cheap bounds
// decide first.

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
  if (text.length <= max) return true
  return !PLAIN.test(text) && (graphemesAtMost(text) <= max || graphemesUpTo(text, max + 1) <= max)
}

export function hasAtLeastGraphemes(text: string, min: number): boolean {
  return text.length >= min && graphemesUpTo(text, min) >= min
}

/**
 * The length in UTF-8, without encoding. A lone surrogate counts as its replacement character does:
 * three.
 */
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
const ZERO_WIDTH_JOINER = 0x200d
const VARIATION_SELECTOR_16 = 0xfe0f
let segmenter: Intl.Segmenter | undefined

/**
 * A cheap bound from above: the characters, without the joiners and selectors that belong to the
 * emoji before them. Text that is within a limit in graphemes and over it in units is mostly text
 * with emoji.
 */
function graphemesAtMost(text: string): number {
  let count = 0
  let isAfterEmoji = false
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (isAfterEmoji && (unit === ZERO_WIDTH_JOINER || unit === VARIATION_SELECTOR_16)) continue
    const isPair = isPairAt(text, i)
    isAfterEmoji = isPair && unit >= 0xd83c && unit <= 0xd83e // U+1F000 to U+1FBFF
    if (isPair) i++
    count++
  }
  return count
}

/** How many graphemes there are, counting no further than `stop`. */
function graphemesUpTo(text: string, stop: number): number {
  if (PLAIN.test(text)) return Math.min(text.length, stop)
  segmenter ??= new Intl.Segmenter()
  let count = 0
  for (const _ of segmenter.segment(text)) if (++count >= stop) break
  return count
}
