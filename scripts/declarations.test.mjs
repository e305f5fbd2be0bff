import { execFileSync } from 'node:child_process'
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { strayMaps } from './release/prepack.mjs'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'declarations-')))
afterAll(() => rmSync(folder, { recursive: true }))

const sources = {
  'index.ts': "export { readCar } from './read/car.ts'\nexport type { Car } from './read/car.ts'\n",
  'read/car.ts':
    "import { one } from '../one.ts'\nexport interface Car { blocks: number }\nexport const readCar = () => one\n",
  'one.ts': "export const one = { car: undefined as import('./read/car.ts').Car | undefined }\n",
  'part.ts': 'export const part: string = "from \'./not-a-module.ts\'"\n',
  'unused.ts': 'export const unused = 1\n',
}

beforeAll(() => {
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(
    join(import.meta.dirname, '..', 'node_modules', '@types'),
    join(folder, 'node_modules', '@types'),
    'junction',
  )
  const entry = (name) => ({ '@x/source': `./src/${name}.ts`, types: `./dist/${name}.d.ts` })
  const exports = { '.': entry('index'), './*': entry('p*'), './chunk-*': null, './package.json': './package.json' }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: '@x/car', type: 'module', exports }))
  for (const [file, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(folder, 'src', file)), { recursive: true })
    writeFileSync(join(folder, 'src', file), text)
  }
  execFileSync(process.execPath, [join(import.meta.dirname, 'declarations.mjs')], { cwd: folder })
})

const read = (file) => readFileSync(join(folder, 'dist', file), 'utf8')

it('declares the entries and what they import, patterns included, and nothing else', () => {
  const files = globSync('dist/**/*.d.ts', { cwd: folder }).sort()
  expect(files).toEqual(['dist/index.d.ts', 'dist/one.d.ts', 'dist/part.d.ts', 'dist/read/car.d.ts'])
})

it('names modules as every setting of TypeScript resolves them', () => {
  expect(read('index.d.ts')).toContain("export { readCar } from './read/car.js';")
  expect(read('one.d.ts')).toContain("import('./read/car.js').Car")
})

it('maps every declaration to its source', () => {
  expect(JSON.parse(read('read/car.d.ts.map')).sources).toEqual(['../../src/read/car.ts'])
  expect(strayMaps(folder)).toEqual([])
})
