import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, it } from 'vitest'
import { readConfig } from '../apps/pds/src/config/config.ts'
import { root } from './bundle-sources.mjs'
import { codeBlocks } from './code-blocks/extract.mjs'

const blocks = codeBlocks(readFileSync(join(root, 'site/pages/guides/deploy.md'), 'utf8'))
const settings = blocks.find(({ file }) => file === 'pds.env').code

it('the settings of the guide are all that a server needs, once the secrets are filled in', () => {
  const env = parseEnv(settings.replaceAll('…', '5f'.repeat(32)))
  const { config, warnings } = readConfig(env)
  expect([config.service.hostname, warnings]).toEqual(['pds.example.com', []])
})

it('a service manager reads them as a shell does: comments have lines of their own', () => {
  for (const line of settings.split('\n')) expect(line).toMatch(/^(?:#.*|[A-Z0-9_]+=[^\s#]+)?$/)
})
