import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from './config/config.ts'
import { exposureWarnings } from './exposed-files.ts'

describe.skipIf(process.platform === 'win32')('warnings about files that others can open', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'atoll-exposed-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const warnings = (dataDirectory = folder, secretFiles: string[] = []) =>
    exposureWarnings(
      { storage: { dataDirectory }, blobs: { directory: join(dataDirectory, 'blobs') } } as unknown as Config,
      secretFiles,
    )
  const make = (name: string, mode: number) => {
    const file = join(folder, name)
    writeFileSync(file, '')
    chmodSync(file, mode)
    return file
  }

  it('are none where only the owner can, or where nothing is yet', async () => {
    expect(await warnings()).toEqual([])
    make('pds.sqlite', 0o600)
    make('other', 0o644)
    expect(await warnings()).toEqual([])
    expect(await warnings(join(folder, 'missing'))).toEqual([])
  })

  it.each([0o644, 0o640, 0o604, 0o620, 0o602])('name a database of mode %o and everything beside it', async (mode) => {
    const exposed = [make('pds.sqlite', mode), make('pds.sqlite-wal', mode), make('pds.sqlite.backup', mode)]
    make('pds.sqlite-lock', 0o600)
    const [sentence, ...more] = await warnings()
    expect(more).toEqual([])
    expect(sentence).toMatch(/private keys and password hashes: chmod 600 /)
    expect(sentence?.split('chmod 600 ')[1]?.split(' ').sort()).toEqual(exposed)
  })

  it('name secret files that the caller has, and folders of blobs', async () => {
    const secrets = make('secrets.json', 0o644)
    const blobs = join(folder, 'blobs', 'blobs')
    mkdirSync(blobs, { recursive: true })
    chmodSync(blobs, 0o755)
    expect(await warnings(folder, [secrets])).toEqual([
      expect.stringMatching(`chmod 600 ${secrets}$`),
      expect.stringMatching(`taken-down blobs: chmod 700 ${blobs}$`),
    ])
  })

  it('can be pasted into a shell, whatever the folder is called', async () => {
    const odd = join(folder, "it's data")
    mkdirSync(odd)
    make("it's data/pds.sqlite", 0o644)
    expect((await warnings(odd))[0]).toMatch(`chmod 600 '${folder}/it'\\''s data/pds.sqlite'`)
  })
})
