import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './bundle-sources.mjs'
import { oldestTypescript } from './published/consumer.mjs'

it.each(['README.md', 'site/pages/guides/import.md'])(
  '%s names the oldest TypeScript that importers are tried with',
  (page) => {
    const named = /TypeScript \(?(\d+\.\d+) (?:and|or) newer/.exec(readFileSync(join(root, page), 'utf8'))?.[1]
    expect(oldestTypescript.startsWith(`${named}.`)).toBe(true)
  },
)
