import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { contentFaults, lowestNode } from './contents.mjs'

const project = mkdtempSync(join(tmpdir(), 'contents-'))
const folder = join(project, 'node_modules', '@x', 'car')
afterAll(() => rmSync(project, { recursive: true }))

const manifest = {
  name: '@x/car',
  description: 'CAR files',
  keywords: ['car'],
  homepage: 'https://x.example',
  bugs: {},
  repository: {},
  license: 'MIT',
  engines: { node: '>=22.4.0' },
  exports: {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    './chunk-*': null,
    './package.json': './package.json',
  },
  bin: { car: './dist/main.js' },
  files: ['dist', 'CHANGELOG.md'],
  publishConfig: {},
  dependencies: { library: '^1.0.0' },
}

const write = (file, text, from = folder) => {
  mkdirSync(dirname(join(from, file)), { recursive: true })
  writeFileSync(join(from, file), typeof text === 'string' ? text : JSON.stringify(text))
}
const remove = (file) => rmSync(join(folder, file))
const library = (engines, from) => write('node_modules/library/package.json', { engines }, from)
const faults = () => contentFaults(project, '@x/car')

beforeEach(() => {
  rmSync(project, { recursive: true })
  write('package.json', manifest)
  for (const file of ['LICENSE-APACHE', 'LICENSE-MIT', 'dist/index.js', 'dist/main.js', 'src/index.ts']) write(file, '')
  write('dist/index.d.ts', "export { readCar } from './read.js'\n")
  write('dist/index.d.ts.map', { sources: ['../src/index.ts'] })
  write('README.md', '# Car\n\n[Licence](LICENSE-MIT), [site](https://x.example), [below](#below)\n')
  library({ node: '>=20' }, project)
})

describe('a tarball', () => {
  it('holds when nothing is missing', () => {
    expect(faults()).toEqual([])
  })

  it.each(['workspace:^', 'catalog:', 'link:../library'])('has no range %s', (range) => {
    write('package.json', { ...manifest, dependencies: { library: range } })
    expect(faults()).toEqual([`@x/car: its manifest has "${range}"`])
  })

  it.each(['LICENSE-MIT', 'LICENSE-APACHE'])('has %s', (file) => {
    remove(file)
    write('README.md', '# Car\n')
    expect(faults()).toEqual([`@x/car: there is no ${file}`])
  })

  it.each(['description', 'repository', 'homepage', 'bugs', 'keywords', 'publishConfig'])('says its %s', (field) => {
    write('package.json', { ...manifest, [field]: undefined })
    expect(faults()).toEqual([`@x/car: its manifest has no ${field}`])
  })

  it('packs its changelog', () => {
    write('package.json', { ...manifest, files: ['dist'] })
    expect(faults()).toEqual(['@x/car: its files lack CHANGELOG.md'])
  })

  it.each(['dist/index.js', 'dist/main.js'])('has the file that its manifest names: %s', (file) => {
    remove(file)
    expect(faults()).toEqual([`@x/car: ./${file} is named in its manifest, and is not there`])
  })

  it('has what its README links to', () => {
    write('README.md', '[a](../../docs/a.md) and [b](docs/b.md#part), not `[c](c.md)`\n\n```md\n[d](d.md)\n```\n')
    expect(faults()).toEqual([
      '@x/car: README.md links to ../../docs/a.md, which is not there',
      '@x/car: README.md links to docs/b.md, which is not there',
    ])
  })

  it('has a map beside every declaration, and the source that it names', () => {
    write('dist/two.d.ts', '')
    remove('src/index.ts')
    expect(faults()).toEqual([
      '@x/car: dist/two.d.ts has no map',
      '@x/car: dist/index.d.ts.map names ../src/index.ts, which is not there',
    ])
  })

  it.each([
    "export { readCar } from './read.ts'",
    "import type { Car } from './read.ts'",
    'export declare const car: import("./read.ts").Car',
    "import './read.ts'",
  ])('has declarations that every setting resolves, not %s', (text) => {
    write('dist/index.d.ts', text)
    expect(faults()).toEqual(['@x/car: dist/index.d.ts names a source, ./read.ts'])
  })

  it('asks for no older Node than its dependencies, its own copies before those of the project', () => {
    library({ node: '^20.0.0 || >=22.12.0' }, project)
    expect(faults()).toEqual([])
    library({ node: '>=22.12' }, project)
    expect(faults()).toEqual(['@x/car: runs on Node >=22.4.0, but library on >=22.12'])
    library({ node: '>=18' }, folder)
    expect(faults()).toEqual([])
  })
})

it.each([
  ['>=22', [22, 0, 0]],
  ['>=24.7.0', [24, 7, 0]],
  ['^18.12 || ^20.1.2 || >=22', [18, 12, 0]],
  ['20.x || 22.x', [20, 0, 0]],
  ['*', [0, 0, 0]],
])('the lowest Node of %s', (range, version) => {
  expect(lowestNode(range)).toEqual(version)
})
