import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { installedEntries } from './entries.mjs'
import { importFaults } from './imports.mjs'

const project = realpathSync(mkdtempSync(join(tmpdir(), 'imports-')))
afterAll(() => rmSync(project, { recursive: true }))

const entry = (name) => ({
  '@x/source': `./src/${name}.ts`,
  types: `./dist/${name}.d.ts`,
  default: `./dist/${name}.js`,
})
const exports = { '.': entry('index'), './*': entry('*'), './chunk-*': null, './package.json': './package.json' }
const files = {
  'package.json': JSON.stringify({
    name: '@x/car',
    type: 'module',
    exports,
    atoll: { nodeOnly: { '.': 'it reads files' } },
  }),
  'src/index.ts': '',
  'src/empty.ts': '',
  'src/newer.ts': '',
  'src/undeclared.ts': '',
  'src/mapped.ts': 'export const mapped = 1\n',
  'dist/index.js': 'export const readCar = 1\n',
  'dist/empty.js': '',
  'dist/newer.js': 'export const newer = Array.fromFuture([])\n',
  'dist/undeclared.js': "import 'undeclared-library'\nexport const undeclared = 1\n",
  'dist/mapped.js': 'export const mapped = 1\n',
  'dist/chunk-A.js': 'export const shared = 1\n',
}

let entries

beforeAll(() => {
  for (const [file, text] of Object.entries(files)) {
    const path = join(project, 'node_modules', '@x', 'car', file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  entries = installedEntries(project, ['@x/car'])
})

it('finds every entry, those of patterns by their sources, and which of them need Node', () => {
  expect(entries.map(({ specifier, nodeOnly }) => [specifier, nodeOnly])).toEqual([
    ['@x/car', 'it reads files'],
    ...['empty', 'index', 'mapped', 'newer', 'undeclared'].map((name) => [`@x/car/${name}`, undefined]),
  ])
})

it('tells what cannot be imported, needs a newer Node, or is empty', async () => {
  const faults = await importFaults(project, [...entries, { specifier: '@x/car/chunk-A' }])
  expect(faults).toEqual([
    '@x/car/empty exports nothing',
    expect.stringMatching(/^@x\/car\/newer cannot be imported: TypeError: Array.fromFuture is not a function/),
    expect.stringMatching(/^@x\/car\/undeclared cannot be imported: .*Cannot find package 'undeclared-library'/),
    expect.stringMatching(
      /^@x\/car\/chunk-A cannot be imported: .*ERR_PACKAGE_PATH_NOT_EXPORTED|is not defined by "exports"/,
    ),
  ])
})

it('says so when an entry ends the process', async () => {
  const specifier = 'data:text/javascript,process.exit(3)'
  expect(await importFaults(project, [{ specifier }])).toEqual([
    expect.stringContaining('the entries cannot be imported in one process'),
  ])
})
