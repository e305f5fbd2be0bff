import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, it } from 'vitest'
import { readConfig } from '../apps/pds/src/config/config.ts'
import { root } from './bundle-sources.mjs'
import { codeBlocks } from './code-blocks/extract.mjs'

const settings = fileOf('deploy', 'pds.env')
const mail = fileOf('operate', 'mail.env')

function fileOf(guide, name) {
  const blocks = codeBlocks(readFileSync(join(root, `site/pages/guides/${guide}.md`), 'utf8'))
  return blocks.find(({ file }) => file === name).code
}

/** Settings with every secret filled in. */
const filledIn = (text) => parseEnv(text.replaceAll('…', '0123456789abcdef'.repeat(4)))

it('the settings of the guide are all that a server needs, once the secrets are filled in', () => {
  const { config, warnings } = readConfig(filledIn(settings))
  expect([config.service.hostname, warnings]).toEqual(['pds.example.com', []])
  expect(config.secrets.keyEncryptionKeys).toHaveLength(1)
})

it('the settings of mails in the guide for operators go with them', () => {
  const { config, warnings } = readConfig(filledIn(settings + mail))
  expect([config.mail.fromAddress, warnings]).toEqual(['pds@example.com', []])
})

it('a service manager reads them as a shell does: comments have lines of their own', () => {
  for (const line of (settings + mail).split('\n')) expect(line).toMatch(/^(?:#.*|[A-Z0-9_]+=[^\s#]+)?$/)
})
