import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const mark = 'In one process only:'
const heading = '## What lives in one process only'

it('names in docs/architecture.md each file whose code is marked as living in one process only, and no other', () => {
  const marked = globSync('{packages,apps}/*/src/**/*.ts').filter((file) => readFileSync(file, 'utf8').includes(mark))
  const section = readFileSync('docs/architecture.md', 'utf8').split(heading)[1]?.split('\n## ')[0] ?? ''
  const cells = section.split('\n').map((row) => row.split(' | ')[1] ?? '')
  const named = cells.flatMap((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, file]) => file))
  expect(named.toSorted()).toEqual(marked.map((file) => file.replaceAll('\\', '/')).toSorted())
})
