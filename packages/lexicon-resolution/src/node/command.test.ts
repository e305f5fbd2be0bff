import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Did } from '@atoll/syntax'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Publishers, schema } from '../../test/publishers.ts'
import { runLexiconCommand } from './command.ts'
import type { NetworkOptions } from './network.ts'

const reef: Did = 'did:web:reef.example.com'
const place = 'com.example.reef.place'
let folder: string
let publishers: Publishers
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lexicon-command-'))
  publishers = new Publishers()
  publishers.publish(reef, { [place]: schema(place) }, 'reef.example.com')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Says how the command ended, what it printed, and which networks it opened. */
async function run(...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const output = { log: (line: string) => void out.push(line), error: (line: string) => void err.push(line) }
  const opened: NetworkOptions[] = []
  let closed = 0
  const open = (options: NetworkOptions) => {
    opened.push(options)
    return { ...publishers.network, close: async () => void closed++ }
  }
  const code = await runLexiconCommand(args, output, open)
  expect(closed).toBe(opened.length)
  return { code, out: out.join('\n'), err: err.join('\n'), opened }
}
const places = () => ['--lexicons', join(folder, 'lexicons'), '--manifest', join(folder, 'lexicons.json')]

describe('atoll-lexicon', () => {
  it('installs documents, and says what it did', async () => {
    expect(await run('install', place, ...places())).toMatchObject({
      code: 0,
      out: `added ${place}\n1 documents installed`,
      err: '',
      opened: [{ plcUrl: 'https://plc.directory', nameservers: [], allowPrivate: false }],
    })
    expect(readdirSync(folder).sort()).toEqual(['lexicons', 'lexicons.json'])
  })

  it('with --check writes nothing, and fails when something would change', async () => {
    expect(await run('install', place, '--check', ...places())).toMatchObject({ code: 1, err: `added ${place}` })
    expect(readdirSync(folder)).toEqual([])
    await run('install', place, ...places())
    expect(await run('install', '--check', ...places())).toMatchObject({ code: 0, err: '' })
    publishers.publish(reef, { [place]: { ...schema(place), description: 'Now described.' } })
    expect(await run('install', '--update', '--check', ...places())).toMatchObject({ code: 1, err: `updated ${place}` })
  })

  it('says what cannot be had', async () => {
    const missing = await run('install', 'com.example.reef.tide', ...places())
    expect(missing).toMatchObject({ code: 1, err: `com.example.reef.tide: ${reef} does not publish it` })
    const options = ['--nameserver', '192.0.2.1', '--plc-url', 'http://localhost:1', '--allow-private']
    const { code, opened } = await run('install', 'com.example.shore.tide', ...options, ...places())
    expect([code, opened]).toEqual([
      1,
      [{ plcUrl: 'http://localhost:1', nameservers: ['192.0.2.1'], allowPrivate: true }],
    ])
  })

  it('generates modules for what it installed', async () => {
    await run('install', place, ...places())
    const { code } = await run('generate', join(folder, 'lexicons'), join(folder, 'src'))
    expect([code, readdirSync(join(folder, 'src')).sort()]).toEqual([0, ['com.example.reef.ts', 'index.ts']])
  })

  it.each([
    [[], 2, 'Usage: atoll-lexicon'],
    [['instal'], 2, 'there is no command instal'],
    [['install', 'reef'], 2, 'reef is not an NSID'],
    [['install', '--updat'], 2, '--updat'],
    [['install', '--plc-url', 'plc'], 2, '--plc-url plc is not a URL'],
    [['generate'], 2, 'atoll-lexicon generate --help'],
  ])('refuses %j', async (args, code, text) => {
    expect(await run(...args)).toMatchObject({ code, err: expect.stringContaining(text), opened: [] })
  })

  it.each([
    [['--help'], 'install [NSID...]'],
    [['install', '--help'], '--update'],
    [['generate', '--help'], 'Usage: atoll-lexicon generate DOCUMENTS'],
  ])('explains itself: %j', async (args, text) => {
    expect(await run(...args)).toMatchObject({ code: 0, out: expect.stringContaining(text), err: '', opened: [] })
  })
})
