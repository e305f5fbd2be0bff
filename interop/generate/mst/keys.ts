import { minedKeys } from './example-keys.ts'
import { commonPrefixLength, layerOf } from './tree-by-definition.ts'

/**
 * SHA-256 takes up to 55 bytes in one block and up to 119 in two: bugs hide around those lengths.
 */
const lengths = [1, 54, 55, 56, 57, 63, 64, 65, 118, 119, 120, 127, 128, 129, 830, 1024]

/** The examples of the specification. */
const specified = ['2653ae71', 'blue', 'app.bsky.feed.post/454397e440ec', 'app.bsky.feed.post/9adeb165882c']

export function keyHeights(): { key: string; height: number }[] {
  const keys = [
    '',
    ...specified,
    'com.example.note/self',
    'com.example.note/3kznmn7xqxl22',
    'com.example.note/with~every.kind:of_character-',
    ...lengths.map((length) => 'k'.repeat(length)),
    ...minedKeys,
  ]
  return keys.map((key) => ({ key, height: layerOf(key) }))
}

export function commonPrefixes(): { left: string; right: string; len: number }[] {
  const long = 'com.example.note/'.padEnd(830, 'a')
  const pairs: [string, string][] = [
    ['', 'a'],
    ['a', 'b'],
    ['a', 'A'],
    ['ab', 'ac'],
    ['ab', 'bb'],
    ['abab', 'abba'],
    ['a\0', 'a'],
    ['a\0b', 'a\0c'],
    ['com.example.note/a', 'com.example.note/b'],
    ['com.example.note/a', 'com.example.notes/a'],
    ['com.example.note/1', 'com.example.note/10'],
    ['com.example.note/3kznmn7xqxl22', 'com.example.note/3kznmn7xqxl2a'],
    ['com.example.a/1', 'net.example.a/1'],
    [long.slice(0, 23), long.slice(0, 24)],
    [long.slice(0, 255), long.slice(0, 256)],
    [long, `${long.slice(0, -1)}b`],
  ]
  const same = ['', 'a', 'com.example.note/a', long].map((text) => [text, text] as const)
  const both = pairs.flatMap(([left, right]) => [[left, right] as const, [right, left] as const])
  return [...same, ...both].map(([left, right]) => ({ left, right, len: commonPrefixLength(left, right) }))
}
