import {
  CorruptStorageError,
  DatabaseInUseError,
  ForeignDatabaseError,
  SchemaTooNewError,
  StorageUnavailableError,
} from '@atoll/storage'
import { describe, expect, it } from 'vitest'
import { explainingStart, StartError, startFailure } from './start-failure.ts'

const database = { path: '/pds/pds.sqlite', setting: 'PDS_DATA_DIRECTORY' }
const blobs = { path: '/blocks', setting: 'PDS_BLOBSTORE_DISK_LOCATION' }
const uploads = { path: '/blocks/tmp', setting: 'PDS_BLOBSTORE_DISK_TMP_LOCATION' }

const coded = (code: string, path?: string) => Object.assign(new Error(code), { code, ...(path ? { path } : {}) })

async function told(
  error: unknown,
  places: Parameters<typeof explainingStart>[0] = [database],
): Promise<string | undefined> {
  const thrown = await explainingStart(places, () => Promise.reject(error)).catch((reason: unknown) => reason)
  return startFailure(thrown)
}

describe('a failed start', () => {
  it.each([
    ['a newer schema', new SchemaTooNewError(9, 8), /schema version 9/],
    [
      'another process',
      new DatabaseInUseError('/pds/pds.sqlite'),
      /^\/pds\/pds.sqlite is in use by another process: .* PDS_DATA_DIRECTORY/,
    ],
    ['another program', new StorageUnavailableError('busy'), /^\/pds\/pds.sqlite is locked by another program/],
    [
      'a full disk',
      new StorageUnavailableError('full', { cause: coded('SQLITE_FULL') }),
      /^The disk that holds \/pds\/pds.sqlite is full: .* PDS_DATA_DIRECTORY/,
    ],
    ['a full file system', coded('ENOSPC'), /^The disk that holds \/pds\/pds.sqlite is full/],
    ['a used-up quota', coded('EDQUOT'), /^The disk that holds \/pds\/pds.sqlite is full/],
    [
      'a file for reading only',
      new StorageUnavailableError('io', { cause: coded('SQLITE_READONLY') }),
      /cannot be opened for writing \(SQLITE_READONLY\)/,
    ],
    [
      'a failing disk',
      new StorageUnavailableError('io', { cause: coded('SQLITE_IOERR_READ') }),
      /cannot be read or written \(SQLITE_IOERR_READ\)/,
    ],
    [
      'what is no database',
      new CorruptStorageError('x', { cause: coded('SQLITE_NOTADB') }),
      /^\/pds\/pds.sqlite is not a database/,
    ],
    [
      'the database of another program',
      new ForeignDatabaseError('/pds/pds.sqlite'),
      /^\/pds\/pds.sqlite is not a database of this server: move it away/,
    ],
    [
      'a damaged database',
      new CorruptStorageError('page 7'),
      /^\/pds\/pds.sqlite is damaged \(page 7\): restore it from a backup/,
    ],
    ['a name that is too long', coded('ENAMETOOLONG', '/pds/long'), /^\/pds\/long cannot be used \(ENAMETOOLONG\)/],
  ])('to open the database is told for %s', async (_, error, sentence) => {
    expect(await told(error)).toMatch(sentence)
  })

  it.each([
    [coded('EACCES', '/blocks/blobs'), '/blocks/blobs', 'PDS_BLOBSTORE_DISK_LOCATION'],
    [coded('EACCES', '/blocks/tmp/incoming'), '/blocks/tmp/incoming', 'PDS_BLOBSTORE_DISK_TMP_LOCATION'],
    [coded('EACCES', '/blocks/tmporary'), '/blocks/tmporary', 'PDS_BLOBSTORE_DISK_LOCATION'],
    [
      new StorageUnavailableError('io', { cause: coded('EROFS', '/blocks/tmp') }),
      '/blocks/tmp',
      'PDS_BLOBSTORE_DISK_TMP_LOCATION',
    ],
    [
      new StorageUnavailableError('full', { cause: coded('ENOSPC', '/blocks/tmp/x') }),
      '/blocks/tmp',
      'PDS_BLOBSTORE_DISK_TMP_LOCATION',
    ],
  ])('blames the setting that names the folder of %s', async (error, path, setting) => {
    const sentence = await told(error, [blobs, uploads])
    expect(sentence).toContain(`${path} `)
    expect(sentence).toContain(setting)
    expect(sentence).not.toContain(setting === uploads.setting ? blobs.setting : uploads.setting)
  })

  it('of our own is left as it is, with its stack', async () => {
    const fault = new TypeError('x is not a function')
    expect(await told(fault)).toBeUndefined()
    expect(await told(coded('ERR_INVALID_ARG_TYPE'))).toBeUndefined()
    await expect(explainingStart([database], () => Promise.reject(fault))).rejects.toBe(fault)
  })

  it('keeps the cause beside the sentence', async () => {
    const cause = coded('EACCES', '/pds')
    const thrown = await explainingStart([database], () => Promise.reject(cause)).catch((reason: unknown) => reason)
    expect(thrown).toBeInstanceOf(StartError)
    expect(thrown).toMatchObject({ cause })
  })
})
