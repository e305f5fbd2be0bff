import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { installedWith } from './installs.mjs'

let root
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'installs-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function place(folder, manifest, files = {}) {
  mkdirSync(join(root, folder), { recursive: true })
  const contents = { 'package.json': JSON.stringify(manifest), ...files }
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(root, folder, name), text)
  return Object.values(contents).reduce((sum, text) => sum + text.length, 0)
}

it('counts a package and everything that it needs, once', () => {
  place('own', { name: 'own', dependencies: { left: '1', right: '1' } })
  place('own/node_modules/left', { name: 'left', dependencies: { shared: '1' } })
  place('own/node_modules/right', { name: 'right', dependencies: { shared: '1' } })
  place('own/node_modules/shared', { name: 'shared', dependencies: { left: '1' } })
  expect(installedWith(join(root, 'own')).packages).toBe(4)
})

it('counts required peers and optional dependencies that are there, and no optional peers', () => {
  place('own', {
    name: 'own',
    peerDependencies: { needed: '1', offered: '1' },
    peerDependenciesMeta: { offered: { optional: true } },
    optionalDependencies: { native: '1', foreign: '1' },
  })
  for (const name of ['needed', 'offered', 'native']) place(`own/node_modules/${name}`, { name })
  expect(installedWith(join(root, 'own')).packages).toBe(3)
})

it('finds two versions of one package', () => {
  place('own', { name: 'own', dependencies: { left: '1', shared: '2' } })
  place('own/node_modules/left', { name: 'left', dependencies: { shared: '1' } })
  place('own/node_modules/left/node_modules/shared', { name: 'shared', version: '1' })
  place('own/node_modules/shared', { name: 'shared', version: '2' })
  expect(installedWith(join(root, 'own')).packages).toBe(4)
})

it('counts the bytes of what is published, and of nested packages once', () => {
  const own = place(
    'own',
    { name: 'own', files: ['dist', '!dist/x.test.js'], dependencies: { left: '1' } },
    { 'README.md': 'read me', 'notes.txt': 'for nobody' },
  )
  place('own/dist', {}, { 'x.js': '12345', 'x.test.js': '123' })
  const left = place('own/node_modules/left', { name: 'left', dependencies: { below: '1' } }, { 'index.js': '1' })
  const below = place('own/node_modules/left/node_modules/below', { name: 'below' }, { 'index.js': '12' })
  const dist = '{}'.length + '12345'.length
  expect(installedWith(join(root, 'own')).bytes).toBe(own - 'for nobody'.length + dist + left + below)
})

it('says which package is not installed', () => {
  place('own', { name: 'own', dependencies: { absent: '1' } })
  expect(() => installedWith(join(root, 'own'))).toThrow('own needs absent, which is not installed')
})
