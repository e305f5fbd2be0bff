// How many packages an importer gets in node_modules with one of ours, itself included.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

it.each([
  ['sequencer', 7],
  ['blobstore-fs', 7],
  ['storage', 7],
])('installs few packages with %s', (name, limit) => {
  const installed = installedWith(`packages/${name}`)
  expect([...installed].sort()).toEqual([...installed].slice(0, limit).sort())
})

it('counts what others depend on, and what is optional', () => {
  const installed = [...installedWith('packages/repo')]
  expect(installed).toEqual(expect.arrayContaining(['@atoll/repo', '@atoll/crypto', '@noble/curves']))
  expect(installed.length).toBeGreaterThan(installedWith('packages/storage').size)
})

/** The names of the package in `folder` and of all that it depends on at run time. */
function installedWith(folder, installed = new Set()) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  if (installed.has(manifest.name)) return installed
  installed.add(manifest.name)
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    installedWith(folderOf(name, folder), installed)
  }
  return installed
}

/** Where the dependency `name` of the package in `folder` is installed. */
function folderOf(name, folder) {
  for (let at = realpathSync(folder); ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name)
    if (existsSync(candidate)) return realpathSync(candidate)
    if (at === dirname(at)) throw new Error(`${name}, on which ${folder} depends, is not installed`)
  }
}
