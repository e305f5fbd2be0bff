// How many packages an importer gets in node_modules with one of ours, itself included.
import { expect, it } from 'vitest'
import { installedWith } from './bundle-sizes/installs.mjs'

it.each(['sequencer', 'blobstore-fs', 'storage'])('installs fewer than eight packages with %s', (name) => {
  const { packages } = installedWith(`packages/${name}`)
  expect(packages).toBeGreaterThan(1)
  expect(packages).toBeLessThan(8)
})
