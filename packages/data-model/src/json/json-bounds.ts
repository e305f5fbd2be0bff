import { DataModelError } from '../errors.ts'

/**
 * What a shorter text can hold costs little memory, whatever it is: it is counted after parsing.
 */
const SHORT = 64 * 1024

const QUOTE = 34
const BACKSLASH = 92

/**
 * Refuses a long text that would parse to more values, or deeper ones, than allowed: `JSON.parse`
 * itself has no limits.
 */
export function boundJsonText(text: string, maxDepth: number, maxItems: number): void {
  if (text.length <= SHORT) return
  // `$link` and `$bytes` objects add a JSON level that the data model does not count.
  const deepest = maxDepth + 1
  const most = 2 * maxItems + 1
  let depth = 0
  let marks = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) index = endOfString(text, index)
    else if (code === 91 || code === 123) {
      marks++
      if (++depth > deepest) throw new DataModelError('', 'nested too deeply')
    } else if (code === 93 || code === 125) depth--
    else if (code === 44) marks++
    if (marks > most) throw new DataModelError('', 'too many values')
  }
}

/** The position of the closing quote, or the end of the text without one. */
function endOfString(text: string, start: number): number {
  let end = start
  do {
    end = text.indexOf('"', end + 1)
    if (end < 0) return text.length
  } while (isEscaped(text, end))
  return end
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}
