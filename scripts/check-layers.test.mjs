import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { layerFaults } from './check-layers.mjs'

let root
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layers-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const plan = {
  layers: [
    { name: 'low', packages: ['low', 'made'] },
    { name: 'high', packages: ['high'] },
  ],
  edges: { low: [], made: [], high: ['low'] },
  'tests only': [],
  generated: ['made'],
}

/** The faults of a tree with these files, by their paths below `packages`. */
function faultsOf(files, changes = {}) {
  write('layers.json', JSON.stringify({ ...plan, ...changes }))
  for (const name of ['low', 'made', 'high']) {
    const dependencies = name === 'high' ? { '@atoll/low': 'workspace:*' } : {}
    write(`packages/${name}/package.json`, JSON.stringify({ name: `@atoll/${name}`, dependencies }))
  }
  for (const [path, text] of Object.entries(files)) write(join('packages', path), text)
  return layerFaults(root)
}

function write(path, text) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

it('allows imports that point down', () => {
  expect(faultsOf({ 'high/src/a.ts': "import { b } from '@atoll/low'\nimport { c } from './c.ts'" })).toEqual([])
})

it('finds an import of a package above', () => {
  expect(faultsOf({ 'low/src/a.ts': "import { b } from '@atoll/high'" })).toEqual([
    'packages/low/src/a.ts: imports @atoll/high, which packages/low/package.json does not declare',
    'packages/low/src/a.ts: low must not import high (layers.json)',
  ])
})

it.each([
  ['dependencies', []],
  ['peerDependencies', []],
  [
    'devDependencies',
    ['packages/low/src/a.ts: imports @x/y, which is neither a dependency nor a peer of packages/low/package.json'],
  ],
])('wants what a published source imports to be installed with it: %s', (field, faults) => {
  const text = "import { b } from '@x/y/z'\nimport type { C } from 'c'\nimport { d } from 'node:fs'\n"
  const manifest = JSON.stringify({ name: '@atoll/low', [field]: { '@x/y': '1' } })
  expect(faultsOf({ 'low/package.json': manifest, 'low/src/a.ts': text, 'low/src/a.test.ts': text })).toEqual(faults)
})

it('finds a circle of packages', () => {
  expect(faultsOf({}, { edges: { low: ['high'], high: ['low'] } })).toContain('layers.json: circle low -> high -> low')
})

it.each([
  ['values', "import { b } from './b.ts'"],
  ['types', "import type { B } from './b.ts'"],
  ['several lines', "import {\n  type B,\n  b,\n} from './b.ts'"],
  ['exports', "export { b } from './b.ts'"],
  ['dynamic imports', "const b = await import('./b.ts')"],
  ['an import for its effects', "import './b.ts'"],
])('finds a circle of files by %s', (_, line) => {
  expect(
    faultsOf({
      'low/src/a.ts': line,
      'low/src/b.ts': "import { c } from './c.ts'\n",
      'low/src/c.ts': "import { a } from './a.ts'",
    }),
  ).toEqual([
    'packages/low: circle of imports packages/low/src/a.ts -> packages/low/src/b.ts -> packages/low/src/c.ts -> packages/low/src/a.ts',
  ])
})

it('finds a circle of folders whose files form none, tests aside', () => {
  const files = {
    'low/src/x/one.ts': "import { two } from '../y/two.ts'",
    'low/src/y/three.ts': "import { four } from '../x/four.ts'",
    'low/src/y/two.ts': '',
    'low/src/x/four.ts': '',
  }
  expect(faultsOf(files)).toEqual([
    'packages/low: circle of imports packages/low/src/x -> packages/low/src/y -> packages/low/src/x',
  ])
  expect(
    faultsOf({ ...files, 'low/src/y/three.ts': '', 'low/src/y/three.test.ts': files['low/src/y/three.ts'] }),
  ).toEqual([])
})

it('allows circles in generated packages', () => {
  expect(faultsOf({ 'made/src/a.ts': "import './b.ts'", 'made/src/b.ts': "import './a.ts'" })).toEqual([])
})
