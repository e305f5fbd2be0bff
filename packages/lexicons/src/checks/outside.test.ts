import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCodegen } from '@atoll/lexicon/node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

// A project that is not in this repository: it has lexicons of its own, which refer to those of
// @atoll/lexicons and to those of a package that was generated in the same way.

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const tsc = createRequire(import.meta.url).resolve('typescript/lib/tsc.js')
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'outside-'))
  for (const name of ['lexicon', 'syntax', 'data-model']) link(`packages/${name}`, `node_modules/@atoll/${name}`)
  link('packages/lexicons/src', 'node_modules/@atoll/lexicons/src')
  link('lexicons', 'node_modules/@atoll/lexicons/dist/lexicons') // where the build puts them
  put('node_modules/@atoll/lexicons/package.json', manifest)

  put('reef/package.json', {
    name: 'reef',
    type: 'module',
    exports: { './lex/*': './src/*.ts' },
    atoll: { lexicons: { documents: './documents', modules: './lex/*' } },
  })
  put('reef/documents/sighting.json', sighting)
  symlinkSync(join(folder, 'reef'), join(folder, 'node_modules/reef'), 'junction')
  put('package.json', { type: 'module' })
  put('lexicons/review.json', review)
  put('app.ts', app)
  put('tsconfig.json', {
    compilerOptions: {
      module: 'nodenext',
      target: 'es2023',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      // Nothing is built here: the packages' own sources stand in for what they publish.
      customConditions: ['@atoll/source'],
      lib: ['es2024', 'dom', 'dom.asynciterable'],
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      allowImportingTsExtensions: true,
    },
    files: ['app.ts'],
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function put(path: string, content: string | object): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
}

function link(target: string, path: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  symlinkSync(join(root, target), join(folder, path), 'junction')
}

const sighting = {
  lexicon: 1,
  id: 'com.example.reef.sighting',
  defs: {
    main: {
      type: 'record',
      key: 'tid',
      record: {
        type: 'object',
        required: ['species'],
        properties: { species: { type: 'string' }, of: { type: 'ref', ref: 'com.atproto.repo.strongRef' } },
      },
    },
  },
}
const review = {
  lexicon: 1,
  id: 'com.example.club.review',
  defs: {
    main: {
      type: 'record',
      key: 'tid',
      record: {
        type: 'object',
        required: ['subject', 'what'],
        properties: {
          subject: { type: 'ref', ref: 'com.atproto.repo.strongRef' },
          what: { type: 'union', refs: ['com.example.reef.sighting', '#tide'] },
        },
      },
    },
    tide: { type: 'object', required: ['height'], properties: { height: { type: 'integer' } } },
  },
}
const app = `
import { type Review, review } from './made/com.example.club.EXT'
import { lexicons } from './made/index.EXT'
import { parseAtUri, parseCidString } from '@atoll/syntax'

const subject = {
  uri: parseAtUri('at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/com.example.reef.sighting/3jzfcijpj2z2a'),
  cid: parseCidString('bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a'),
}
const good: Review = {
  $type: 'com.example.club.review',
  subject,
  what: { $type: 'com.example.reef.sighting', species: 'moray eel', of: subject },
}
const judge = (value: object) => {
  const result = review.validate(value)
  return result.ok ? 'fine' : result.issues[0]?.path
}
// @ts-expect-error a subject needs a CID
export const bad: Review = { ...good, subject: { uri: subject.uri } }
console.log(
  judge(good),
  judge({ ...good, subject: { uri: subject.uri } }),
  judge({ ...good, what: { ...good.what, of: {} } }),
  lexicons().nsids().join(),
)
`

it('generates modules from documents of several packages, which compile and run', { timeout: 60_000 }, () => {
  const generate = (from: string, to: string, ...packages: string[]) => {
    const options = packages.flatMap((name) => ['--import', name])
    expect(runCodegen([join(folder, from), join(folder, to), ...options, '--import-ext', extension], 'test')).toBe(0)
  }
  let extension = '.ts'
  generate('reef/documents', 'reef/src', '@atoll/lexicons')
  extension = '.js'
  generate('lexicons', 'made', '@atoll/lexicons', 'reef')
  put('app.ts', app.replaceAll('EXT', 'js'))
  const compiled = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  expect(compiled.stdout).toBe('')

  extension = '.ts' // runs without a compiler
  generate('lexicons', 'made', '@atoll/lexicons', 'reef')
  put('app.ts', app.replaceAll('EXT', 'ts'))
  const options = ['--conditions=@atoll/source', join(folder, 'app.ts')]
  const { stdout, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8' })
  expect([stdout.trim(), stderr]).toEqual(['fine /subject/cid /what/of/uri com.example.club.review', ''])
})
