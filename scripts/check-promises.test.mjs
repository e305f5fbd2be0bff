import { expect, it } from 'vitest'
import { promiseFaults } from './check-promises.mjs'

const files = {
  'a.test.ts':
    "it('holds', async () => {})\nit.each(cases)(\n  'holds for %s (each)', () => {})\nit.skip('sleeps', () => {})\n",
  'attacks.ts': "{ name: 'a bomb', run }",
}
const faults = (tests) =>
  promiseFaults(`| promise | tests |\n|---|---|\n| It holds. | ${tests} |`, (file) => files[file])

it('finds tests, tables of them and attacks by name, several in one file', () => {
  expect(faults('`a.test.ts` "holds", "holds for %s (each)"; `attacks.ts` "a bomb"')).toEqual([])
})

it.each([
  ['nothing to see', 'names no test'],
  ['`a.test.ts` "hold"', 'is not in a.test.ts'],
  ['`a.test.ts` "holds for %s"', 'is not in a.test.ts'],
  ['`b.test.ts` "holds"', 'b.test.ts, which is not there'],
  ['"holds"', 'which is not there'],
  ['`a.test.ts` "holds", "sleeps"', '"sleeps", which is skipped'],
])('refuses %s', (tests, fault) => {
  expect(faults(tests)).toEqual([expect.stringContaining(fault)])
})
