import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs', 'decisions')
const pages = globSync('[0-9]*.md', { cwd: folder }).sort()

it('decisions are numbered one by one, in their names and in their titles', () => {
  const expected = Array.from(pages, (_, index) => index + 1)
  expect(pages.map((page) => Number.parseInt(basename(page), 10))).toEqual(expected)
  const titles = pages.map((page) => readFileSync(join(folder, page), 'utf8'))
  expect(titles.map((text) => Number(/^# (\d+)\. /.exec(text)?.[1]))).toEqual(expected)
})
