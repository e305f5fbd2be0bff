import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { missingVectors, vectorSources } from './interop.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectors-'))
  await mkdir(join(folder, 'syntax'))
  await writeFile(join(folder, 'syntax', 'a.txt'), '# a comment\r\n\r\none\n two \n\n#three\n')
  await writeFile(join(folder, 'syntax', 'b.json'), '[1]')
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => void vi.unstubAllEnvs())

describe('the sources of vectors', () => {
  it("begin with the project's own", () => {
    const [own] = vectorSources()
    expect(own!.name).toBe('own')
    expect(own!.has('syntax/did_syntax_valid.txt')).toBe(true)
    expect(own!.lines('syntax/did_syntax_valid.txt')).toContain('did:web:example.com')
  })

  it('include the published ones from ATPROTO_INTEROP_DIR', () => {
    vi.stubEnv('ATPROTO_INTEROP_DIR', folder)
    const published = vectorSources()[1]!
    expect(missingVectors()).toBeUndefined()
    expect(published.name).toBe('published')
    expect([published.has('syntax/a.txt'), published.has('plc/a.txt')]).toEqual([true, false])
    expect(published.lines('syntax/a.txt')).toEqual(['one', ' two '])
    expect(published.json('syntax/b.json')).toEqual([1])
  })

  it('are refused when ATPROTO_INTEROP_DIR names a folder that does not exist', () => {
    vi.stubEnv('ATPROTO_INTEROP_DIR', join(folder, 'nowhere'))
    expect(() => vectorSources()).toThrow('ATPROTO_INTEROP_DIR names a folder that does not exist')
    expect(() => missingVectors()).toThrow('ATPROTO_INTEROP_DIR names a folder that does not exist')
  })

  it('are only our own where there are no published ones, with a reason to print', () => {
    vi.stubEnv('ATPROTO_INTEROP_DIR', '')
    const isAlone = vectorSources().length === 1
    expect(missingVectors() !== undefined).toBe(isAlone)
    if (isAlone) expect(missingVectors()).toContain('ATPROTO_INTEROP_DIR is not set')
  })
})
