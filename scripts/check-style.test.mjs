import { describe, expect, it } from 'vitest'
import { styleFaults } from './check-style.mjs'

const faults = (text) => styleFaults('a.ts', text)
const word = 'word '

describe('braces', () => {
  it.each([
    'if (a) b()',
    'if (a) b({\n  c,\n})',
    'if (a) {\n  b()\n}',
    'if (a) b()\nelse if (c) d()\nelse e()',
    'for (const a of b) if (a) c()',
    'while (a) b()',
    'do a()\nwhile (b)',
  ])('may be left out or put in: %j', (text) => {
    expect(faults(text)).toEqual([])
  })

  it.each([
    ['if (a)\n  b()', 2],
    ['if (a) {\n  b()\n} else\n  c()', 4],
    ['for (const a of b)\n  c()', 2],
    ['for (;;)\n  a()', 2],
    ['while (a)\n  b()', 2],
    ['if (a) // why\n  b()', 2],
    ['if (\n  a &&\n  b\n)\n  c()', 5],
  ])('are missing: %j', (text, line) => {
    expect(faults(text)).toEqual([`a.ts:${line}: a body on a line of its own is in braces`])
  })
})

describe('comments', () => {
  it.each([
    `// ${word.repeat(19)}`,
    `/** ${word.repeat(18)}*/`,
    `const a = 1 // ${word.repeat(20)}`,
    `// https://example.com/${'x'.repeat(100)}`,
    `/**\n * https://example.com/${'x'.repeat(100)}\n */`,
    `// biome-ignore lint/style/x: ${word.repeat(20)}`,
    `const a = '// ${word.repeat(19)}' + b`,
    `const a = \`\n// ${word.repeat(30)}\n\``,
  ])('are narrow enough, or cannot be narrower: %j', (text) => {
    expect(faults(text)).toEqual([])
  })

  it.each([
    [`// ${word.repeat(20)}`, 1],
    [`/** ${word.repeat(20)}*/`, 1],
    [`a()\n/**\n * short\n *\n * ${word.repeat(20)}\n */`, 5],
    [`const a = 1 // ${word.repeat(24)}`, 1],
    [`const a = [\n  // ${word.repeat(20)}\n]`, 2],
    [`const a = \`\${\n// ${word.repeat(20)}\nb}\``, 2],
  ])('are too wide: %j', (text, line) => {
    expect(faults(text)).toEqual([`a.ts:${line}: a comment of more than 100 columns`])
  })
})

describe('clocks', () => {
  it('return milliseconds', () => {
    expect(faults('interface A {\n  now: () => number\n  parse: (text: string) => Date\n}')).toEqual([])
    expect(faults('interface A {\n  now: () => Date\n}')).toEqual([
      'a.ts:2: a clock is a function that returns milliseconds',
    ])
  })
})
