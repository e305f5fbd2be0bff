import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readDocuments } from '@atoll/lexicon/node'
import type { Did, Nsid } from '@atoll/syntax'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Publishers, schema } from '../../test/publishers.ts'
import { type InstallOptions, installLexicons } from './install.ts'

const reef: Did = 'did:web:reef.example.com'
const shore: Did = 'did:web:shore.example.com'
const [sighting, place, walk, tide]: Nsid[] = [
  'com.example.reef.sighting',
  'com.example.reef.place',
  'com.example.shore.walk',
  'com.example.shore.tide',
]

let folder: string
let publishers: Publishers
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-'))
  publishers = new Publishers()
  publishers.publish(
    reef,
    { [sighting!]: schema(sighting!, place!), [place!]: schema(place!, `${walk}#main`) },
    'reef.example.com',
  )
  publishers.publish(shore, { [walk!]: schema(walk!), [tide!]: schema(tide!) }, 'shore.example.com')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (path: string) => join(folder, path)
function put(path: string, content: string | object): void {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), typeof content === 'string' ? content : JSON.stringify(content))
}
function install(lexicons: (Nsid | undefined)[] = [], options: Partial<InstallOptions> = {}) {
  publishers.asked.length = 0
  const places = { folder: at('lexicons'), manifest: at('lexicons.json') }
  return installLexicons({ lexicons: lexicons as Nsid[], ...places, network: publishers.network, ...options })
}
const manifest = () => JSON.parse(readFileSync(at('lexicons.json'), 'utf8'))
/** Every file below the test's folder, with its text. */
const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [file, readFileSync(file, 'utf8')])

describe('installing published lexicons', () => {
  it('writes what was asked for and what it refers to, and keeps where each came from', async () => {
    expect(await install([sighting])).toMatchObject({ installed: 3, added: [place, sighting, walk], updated: [] })
    expect(readDocuments(at('lexicons')).map(({ id }) => id)).toEqual([place, sighting, walk])
    expect(JSON.parse(readFileSync(at('lexicons/com/example/reef/place.json'), 'utf8'))).toEqual({
      lexicon: 1,
      id: place,
      defs: { main: { type: 'object', properties: { field0: { type: 'ref', ref: `${walk}#main` } } } },
    })
    expect(manifest()).toMatchObject({
      version: 1,
      lexicons: [sighting],
      installed: { [walk!]: { uri: `at://${shore}/com.atproto.lexicon.schema/${walk}` } },
    })
  })

  it('makes the folders that are missing, the one of the manifest included', async () => {
    const manifest = at('a/project/lexicons.json')
    await install([walk], { folder: at('a/project/lexicons'), manifest })
    expect(JSON.parse(readFileSync(manifest, 'utf8')).lexicons).toEqual([walk])
  })

  it('asks nobody when everything is there', async () => {
    await install([sighting])
    const before = files()
    expect(await install([])).toMatchObject({ installed: 3, added: [], updated: [], removed: [] })
    expect(await install([sighting], { check: true })).toMatchObject({ added: [] })
    expect(publishers.asked).toEqual([])
    expect(files()).toEqual(before)
  })

  it('restores what is missing from the folder', async () => {
    await install([sighting])
    const before = files()
    rmSync(at('lexicons'), { recursive: true })
    expect(await install([], { check: true })).toMatchObject({ added: [place, sighting, walk] })
    expect(readdirSync(folder)).toEqual(['lexicons.json'])
    await install()
    expect(files()).toEqual(before)
  })

  it('takes what was published anew only when told to, and removes what nothing refers to any more', async () => {
    await install([sighting])
    publishers.publish(reef, { [sighting!]: schema(sighting!, tide!), [place!]: schema(place!) })
    expect(await install()).toMatchObject({ updated: [] })
    rmSync(at('lexicons/com/example/reef/sighting.json'))
    const before = files()
    await expect(install()).rejects.toThrow(`${sighting} was published anew since it was installed`)
    expect(files()).toEqual(before)
    const changes = { added: [sighting, tide], updated: [], removed: [place, walk] }
    expect(await install([], { update: true, check: true })).toMatchObject(changes)
    expect(files()).toEqual(before)
    expect(await install([], { update: true })).toMatchObject(changes)
    expect(readDocuments(at('lexicons')).map(({ id }) => id)).toEqual([sighting, tide])
    expect(Object.keys(manifest().installed)).toEqual([sighting, tide])
    publishers.publish(shore, { [tide!]: { ...schema(tide!), description: 'Now described.' } })
    expect(await install([], { update: true })).toMatchObject({ added: [], updated: [tide], moved: [] })
  })

  it('says when another account publishes a document than before', async () => {
    await install([walk])
    publishers.publish('did:web:other.example.com', { [walk!]: schema(walk!) }, 'shore.example.com')
    expect(await install([], { update: true })).toMatchObject({ moved: [walk], updated: [] })
    expect(manifest().installed[walk!].uri).toContain('did:web:other.example.com')
  })

  it('installs what documents of the project itself refer to, and leaves these alone', async () => {
    put('lexicons/mine.json', schema('com.example.mine', place!))
    expect(await install()).toMatchObject({ added: [place, walk] })
    expect(manifest().lexicons).toEqual([])
    expect(JSON.parse(readFileSync(at('lexicons/mine.json'), 'utf8')).id).toBe('com.example.mine')
    await expect(install(['com.example.mine'])).rejects.toThrow('com.example.mine is there already')
  })

  it('leaves out what an imported package has, then and later', async () => {
    put('node_modules/shore-lexicons/package.json', {
      atoll: { lexicons: { documents: './documents', modules: './*' } },
    })
    put('node_modules/shore-lexicons/documents/walk.json', schema(walk!))
    expect(await install([sighting], { imports: ['shore-lexicons'] })).toMatchObject({ added: [place, sighting] })
    expect(manifest().imports).toEqual(['shore-lexicons'])
    expect(await install([], { update: true })).toMatchObject({ installed: 2 })
    await expect(install([walk])).rejects.toThrow('shore-lexicons has it')
  })

  it('refuses to overwrite what was changed since, and writes nothing', async () => {
    await install([sighting])
    const document = JSON.parse(readFileSync(at('lexicons/com/example/reef/place.json'), 'utf8'))
    put('lexicons/com/example/reef/place.json', { ...document, description: 'Mine.' })
    const before = files()
    await expect(install([tide], { update: true })).rejects.toThrow(
      `changed since installed: ${at('lexicons/com/example/reef/place.json')}`,
    )
    expect(files()).toEqual(before)
  })

  it('takes a document that was only formatted as unchanged', async () => {
    await install([sighting])
    const document = JSON.parse(readFileSync(at('lexicons/com/example/reef/place.json'), 'utf8'))
    put('lexicons/com/example/reef/place.json', Object.fromEntries(Object.entries(document).reverse()))
    expect(await install()).toMatchObject({ added: [], updated: [] })
  })

  it('can be run again after it ended half way', async () => {
    mkdirSync(at('lexicons/com/example/shore/walk.json'), { recursive: true })
    await expect(install([sighting])).rejects.toThrow('walk.json')
    rmSync(at('lexicons/com/example/shore/walk.json'), { recursive: true })
    expect(await install([sighting])).toMatchObject({ installed: 3, removed: [] })
    expect(readDocuments(at('lexicons')).map(({ id }) => id)).toEqual([place, sighting, walk])
    expect(await install([], { check: true })).toMatchObject({ added: [], updated: [], removed: [] })
  })

  it('writes nothing unless everything can be had', async () => {
    publishers.publish(shore, { [tide!]: schema(tide!) })
    await expect(install([sighting])).rejects.toThrow(`${walk}: ${shore} does not publish it`)
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    ['{', 'cannot be read'],
    [{ version: 2, lexicons: [] }, 'its version is 2'],
    [{ version: 1, lexicons: ['nonsense'] }, 'no list of NSIDs'],
    [{ version: 1, lexicons: [], imports: 'x' }, 'no list of packages'],
    [{ version: 1, lexicons: [], installed: { [walk!]: { uri: 'at://x', cid: 'x' } } }, 'no uri and cid'],
  ])('refuses a manifest that it cannot read: %j', async (content, reason) => {
    put('lexicons.json', content)
    await expect(install([sighting])).rejects.toThrow(reason)
    expect(readdirSync(folder)).toEqual(['lexicons.json'])
  })
})
