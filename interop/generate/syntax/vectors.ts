/** Texts of one kind. A group becomes a comment and its texts below it. */
export interface Group {
  note: string
  texts: string[]
  /** What the specification literally says, where the vectors follow the network instead. */
  specification?: 'valid' | 'invalid'
}

/** The vectors of one string format. */
export interface FormatVectors {
  valid: Group[]
  invalid: Group[]
}

export const lower = 'abcdefghijklmnopqrstuvwxyz'
export const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
export const digits = '0123456789'
export const alphanumeric = lower + upper + digits

const printable = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 0x20 + index))

/**
 * Characters beyond ASCII that the classes and case rules of regular expressions and Unicode
 * libraries take for ASCII.
 */
export const lookalikes = [
  '\u00e9', // é
  '\u017f', // long s, which folds to s
  '\u0131', // dotless i
  '\u212a', // Kelvin sign, which folds to k
  '\u0661', // Arabic digit one
  '\uff19', // full-width nine
  '\uff0e', // full-width stop
  '\u3002', // ideographic stop, a dot to IDNA
  '\u2024', // one dot leader
  '\u2010', // a true hyphen
  '\u00ad', // soft hyphen
  '\u200d', // zero-width joiner
  '\u{1f4a9}', // beyond the basic plane
]

/** Printable ASCII characters that are not in an alphabet. */
export function outside(alphabet: string): string[] {
  return [...printable].filter((char) => !alphabet.includes(char))
}

/** The text with each of the pieces put in at one place. */
export function inserted(text: string, at: number, pieces: Iterable<string>): string[] {
  return [...pieces].map((piece) => text.slice(0, at) + piece + text.slice(at))
}

/** The text with the character at one place replaced by each of the pieces. */
export function replaced(text: string, at: number, pieces: Iterable<string>): string[] {
  return [...pieces].map((piece) => text.slice(0, at) + piece + text.slice(at + 1))
}

/**
 * What must not be around or within any valid text: line ends, white space, NUL, marks, half a
 * surrogate pair.
 */
export function stray(valid: string): Group[] {
  const middle = Math.floor(valid.length / 2)
  const pieces = ['\n', '\r\n', ' ', '\t', '\0', '\u00a0', '\u2028', '\ufeff', '\u0085', '\u200b', '\ud800', '\udc00']
  return [
    { note: 'nothing', texts: [''] },
    { note: 'only white space', texts: [' ', '\n', '\t'] },
    { note: 'something invisible before it', texts: inserted(valid, 0, pieces) },
    { note: 'something invisible in the middle', texts: inserted(valid, middle, pieces) },
    { note: 'something invisible after it', texts: inserted(valid, valid.length, pieces) },
  ]
}
