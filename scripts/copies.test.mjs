// Two copies of every package in one process, as an installer makes them when two dependents want
// versions that differ: each knows the other's objects and errors (docs/decisions/0013-brands.md).
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from './bundle-sources.mjs'

const entries = {
  car: 'car/src/index.ts',
  crypto: 'crypto/src/index.ts',
  dataModel: 'data-model/src/index.ts',
  identity: 'identity/src/index.ts',
  lexicon: 'lexicon/src/index.ts',
  plc: 'identity/src/plc/index.ts',
  repo: 'repo/src/index.ts',
  sequencer: 'sequencer/src/index.ts',
  storage: 'storage/src/index.ts',
  sync: 'sync/src/index.ts',
  syntax: 'syntax/src/index.ts',
  xrpc: 'xrpc/src/index.ts',
  xrpcServer: 'xrpc-server/src/index.ts',
}
const lines = Object.entries(entries).map(([name, path]) => `export * as ${name} from './packages/${path}'`)

let folder
let ours
let theirs
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'copies-'))
  const bundle = (name, minify) =>
    build({
      stdin: { contents: lines.join('\n'), resolveDir: root, loader: 'ts' },
      outfile: join(folder, name),
      bundle: true,
      minify,
      format: 'esm',
      platform: 'node',
      conditions: ['@atoll/source'],
      logLevel: 'error',
    })
  // One as it is, one with names that a minifier made.
  await Promise.all([bundle('ours.mjs', false), bundle('theirs.mjs', true)])
  ours = await import(pathToFileURL(join(folder, 'ours.mjs')).href)
  theirs = await import(pathToFileURL(join(folder, 'theirs.mjs')).href)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('CIDs of another copy', () => {
  it('are CIDs: to instanceof, the encoders, equality, maps and blob references', () => {
    const cid = theirs.dataModel.cidOfRaw(Uint8Array.of(1))
    const own = ours.dataModel.cidOfRaw(Uint8Array.of(1))
    expect(cid instanceof ours.dataModel.Cid && ours.dataModel.isCid(cid)).toBe(true)
    const { encodeCbor, stringifyJson, valueToJson, isBlobRef, CidMap } = ours.dataModel
    expect(encodeCbor({ link: cid })).toEqual(encodeCbor({ link: own }))
    expect(stringifyJson({ link: cid })).toBe(stringifyJson({ link: own }))
    expect(valueToJson({ link: cid })).toEqual({ link: { $link: cid.toString() } })
    expect(own.equals(cid) && cid.equals(own)).toBe(true)
    expect(isBlobRef({ $type: 'blob', ref: cid, mimeType: 'image/png', size: 1 })).toBe(true)
    expect(new CidMap([[cid, 'found']]).get(own)).toBe('found')
  })

  it('are not made by data that claims to be one', () => {
    const fake = { bytes: new Uint8Array(36), constructor: { brand: ours.dataModel.Cid.brand } }
    expect(ours.dataModel.isCid(fake)).toBe(false)
    expect(() => ours.dataModel.encodeCbor({ link: new (class {})() })).toThrow('not in the data model')
  })

  it('pass validators', () => {
    const schema = { type: 'object', required: ['to'], properties: { to: { type: 'cid-link' } } }
    const defs = { main: { type: 'record', key: 'any', record: schema } }
    const lexicons = new ours.lexicon.Lexicons([theirs.lexicon.document('com.example.link', JSON.stringify(defs))])
    const validate = (value) => lexicons.validateRecord('com.example.link', value)
    const record = { $type: 'com.example.link', to: theirs.dataModel.cidOfRaw(Uint8Array.of(1)) }
    expect(validate(record)).toMatchObject({ ok: true })
    expect(validate({ ...record, to: 'text' })).toMatchObject({ ok: false })
  })
})

describe('repositories of two copies', () => {
  const path = 'com.example.link/a'

  it('have the same trees, blocks and CAR files', () => {
    const record = theirs.dataModel.blockOf({ $type: 'com.example.link' })
    const tree = ours.repo.Mst.empty().add(path, record.cid)
    expect(tree.root.equals(theirs.repo.Mst.empty().add(path, record.cid).root)).toBe(true)
    const blocks = theirs.repo.Mst.empty().add(path, record.cid).newBlocks()
    expect(blocks instanceof ours.dataModel.BlockMap).toBe(true)
    const loaded = ours.repo.Mst.load(tree.root, (cid) => blocks.get(cid))
    expect(loaded.get(path).equals(record.cid)).toBe(true)
    expect(ours.car.readCar(ours.car.writeCar([record.cid], [record])).roots[0].equals(record.cid)).toBe(true)
  })

  it('have commits that the other verifies, by keys of the other', () => {
    const keyPair = theirs.crypto.generateKeyPair('k256')
    const data = theirs.repo.Mst.empty().root
    const fields = { did: 'did:web:alice.test', data, rev: '3jzfcijpj2z2a', prev: null }
    const { block } = ours.repo.signCommit({ ...fields, version: 3 }, keyPair)
    const commit = theirs.repo.decodeCommit(block.bytes)
    expect(ours.repo.verifyCommit(commit, keyPair.publicKey)).toBe(true)
    expect(theirs.repo.verifyCommit(commit, ours.crypto.parseDidKey(keyPair.didKey()))).toBe(true)
    const message = Uint8Array.of(1, 2, 3)
    expect(ours.crypto.verifySignature(keyPair.publicKey, message, keyPair.sign(message))).toBe(true)
  })
})

describe('errors of another copy', () => {
  it('have a brand each, of their package and class, and are instances of the same class', () => {
    const brands = new Set()
    for (const [name, path] of Object.entries(entries)) {
      for (const [exported, Class] of Object.entries(ours[name]).filter(([, value]) => isErrorClass(value))) {
        expect(Class.brand, `${name}: ${exported}`).toBe(`atoll.${path.split('/')[0]}.${exported}`)
        expect(Object.hasOwn(Class, 'brand') && !brands.has(Class.brand), Class.brand).toBe(true)
        brands.add(Class.brand)
        expect(Object.create(theirs[name][exported].prototype) instanceof Class, Class.brand).toBe(true)
      }
    }
    expect(brands.size).toBeGreaterThan(50)
  })

  it('are instances of the classes that theirs extend, and of no other', () => {
    const missing = new theirs.repo.MissingBlockError(theirs.dataModel.cidOfRaw(Uint8Array.of(1)), 'node')
    expect(missing instanceof ours.repo.RepoError).toBe(true)
    expect(missing instanceof ours.repo.RecordExistsError).toBe(false)
    expect(new theirs.identity.TooManyLookupsError('did:web:a.test')).toBeInstanceOf(
      ours.identity.IdentityUnavailableError,
    )
  })

  it('are asked for by their blocks: withBlocks loads what a tree of the other copy misses', async () => {
    const record = ours.dataModel.blockOf({ a: 1 })
    const blocks = theirs.repo.Mst.empty().add('com.example.link/a', record.cid).newBlocks()
    const { root: top } = theirs.repo.Mst.empty().add('com.example.link/a', record.cid)
    const read = (get) => theirs.repo.Mst.load(top, get).get('com.example.link/a')
    const found = await ours.repo.withBlocks(async (cids) => cids.map((cid) => ({ cid, bytes: blocks.get(cid) })), read)
    expect(found.equals(record.cid)).toBe(true)
  })

  it('are refusals to a router: an XrpcError of the other copy is answered as it says', async () => {
    const defs = { main: { type: 'query', errors: [{ name: 'TooDeep' }] } }
    const dive = ours.lexicon.query(theirs.lexicon.document('com.example.dive', JSON.stringify(defs)))
    const refuse = () => {
      throw new theirs.xrpc.XrpcError('TooDeep', 'no further than 40')
    }
    const router = ours.xrpcServer.createRouter([ours.xrpcServer.route(dive, () => undefined, refuse)])
    const response = await router.fetch(new Request('http://reef.example/xrpc/com.example.dive'))
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: 'TooDeep', message: 'no further than 40' })
  })

  it('are named in no second place: each exported error class in the sources extends BrandedError', () => {
    const classes = globSync('packages/*/src/**/*.ts', { cwd: root })
      .filter((file) => !/\.(test|bench|fuzz)\.ts$|packages\/brand\//.test(file))
      .flatMap((file) => readFileSync(join(root, file), 'utf8').match(/^export class \w+ extends Error\b/gm) ?? [])
    expect(classes).toEqual(['export class CommandError extends Error']) // of a command, not of a package
  })
})

describe('types of two copies', () => {
  it('are compatible', () => {
    for (const copy of ['a', 'b']) {
      cpSync(join(root, 'packages/data-model/src'), join(folder, copy), { recursive: true })
    }
    const file = join(folder, 'use.ts')
    writeFileSync(
      file,
      `import * as a from './a/index.ts'
       import * as b from './b/index.ts'
       const cid: a.Cid = b.cidOfRaw(new Uint8Array())
       export const bytes = a.encodeCbor({ cid, list: [b.cidOfCbor(new Uint8Array())] })
       export const value: a.Value = b.decodeCbor(bytes)
       export const blocks: a.BlockMap = new b.BlockMap([a.blockOf(value)])
       export const error: a.CborError = new b.CborError('float', 0)
       export function narrowed(value: b.Value): string | undefined {
         return value instanceof a.Cid ? value.key : undefined
       }
       // @ts-expect-error: a map is no CID
       export const map: a.Cid = { bytes } as b.ValueMap`,
    )
    const options = {
      ...ts.parseJsonConfigFileContent({ extends: './tsconfig.base.json', files: [] }, ts.sys, root).options,
      types: [],
      paths: {
        '@atoll/brand': [join(root, 'packages/brand/src/index.ts')],
        'multiformats/*': [join(root, 'packages/data-model/node_modules/multiformats/dist/src/*.d.ts')],
      },
    }
    const program = ts.createProgram([file], options)
    const faults = program.getSemanticDiagnostics(program.getSourceFile(file))
    expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  })
})

function isErrorClass(value) {
  return typeof value === 'function' && value.prototype instanceof Error
}
