import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { checkLexicon } from '@atoll/lexicon'
import { describe, expect, it } from 'vitest'
import { lexicons } from '../index.ts'

const folder = fileURLToPath(new URL('../../../../lexicons/', import.meta.url))
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
const documents = files.map((name) => [name, JSON.parse(readFileSync(`${folder}${name}`, 'utf8'))] as const)

describe('the documents of lexicons/', () => {
  it.each(documents)('%s is valid, and stands where its name says', (file, document) => {
    expect(checkLexicon(document)).toMatchObject({ ok: true })
    expect(file).toBe(`${document.id.replaceAll('.', '/')}.json`)
  })

  it('are all in the generated set', () => {
    expect(lexicons().nsids().sort()).toEqual(documents.map(([, { id }]) => id).sort())
  })
})

/** Where ours declare what the published documents lack. */
const ownErrors = ['com.atproto.repo.applyWrites.main.errors', 'com.atproto.repo.createRecord.main.errors']

// Beside the checkout lie the published documents, and what compares ours with them.
const comparison = fileURLToPath(new URL('../../../../../shared/tools/lexicon-diff.mjs', import.meta.url))

const isThere = existsSync(comparison)
if (!isThere) console.warn(`Not tested: our documents beside the published ones. ${comparison} is not there.`)

describe.skipIf(!isThere)('the documents of lexicons/, beside the published ones,', () => {
  it.each([
    ['com.atproto', [], ownErrors],
    ['app.bsky records', ['--only', 'app.bsky', '--records'], []],
    [
      'records of others',
      ['--only', 'chat.bsky.actor.declaration,com.germnetwork,com.atproto.lexicon,site.standard', '--records'],
      [],
    ],
  ])('have the same structure, but for what we add: %s', (_, options, added) => {
    const { stdout } = spawnSync(process.execPath, [comparison, folder, ...options], { encoding: 'utf8' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines.pop()).toMatch(new RegExp(`^[1-9]\\d* passed, ${added.length} failed$`))
    expect(lines.map((line) => line.split(':')[0])).toEqual(added)
  })

  it('lack nothing that those declare where ours declare more', () => {
    for (const [, { id, defs }] of documents)
      if (ownErrors.includes(`${id}.main.errors`))
        expect(defs.main.errors.map(({ name }: { name: string }) => name)).toEqual(['InvalidSwap', 'RecordAlreadyExists'])
  })
})
