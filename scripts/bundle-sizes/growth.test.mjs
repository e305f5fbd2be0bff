import { expect, it } from 'vitest'
import { growthFaults } from './growth.mjs'

it('fails when a figure has grown by more than a tenth, and names both', () => {
  const recorded = { 'parse a DID': { min: 1000, gzip: 500 } }
  expect(growthFaults(recorded, { 'parse a DID': { min: 1101, gzip: 500 } })).toEqual([
    'parse a DID: 1101 bytes minified, and 1000 were recorded',
  ])
  expect(growthFaults(recorded, { 'parse a DID': { min: 1100, gzip: 900 } })).toEqual([])
  expect(growthFaults(recorded, { 'parse a DID': { min: 1, gzip: 1 } })).toEqual([])
})

it('counts packages one by one', () => {
  expect(growthFaults({ a: { packages: 7 } }, { a: { packages: 8 } })).toHaveLength(1)
  expect(growthFaults({ a: { packages: 20 } }, { a: { packages: 22 } })).toEqual([])
})

it('allows a few bytes to what is tiny', () => {
  expect(growthFaults({ a: { min: 200 } }, { a: { min: 264 } })).toEqual([])
  expect(growthFaults({ a: { min: 200 } }, { a: { min: 265 } })).toHaveLength(1)
})

it('fails when a figure appears that was not recorded, such as a bundle of what was for Node', () => {
  expect(growthFaults({ a: { bytes: 1 } }, { a: { bytes: 1, min: 5000 } })).toEqual([
    'a: 5000 bytes minified, and 0 were recorded',
  ])
})

it('fails for what is not in both', () => {
  expect(growthFaults({ gone: {} }, { fresh: {} })).toEqual([
    'gone: is recorded, and is no more',
    'fresh: is not recorded yet',
  ])
})

it('does not compare times, nor into how many files a package was cut', () => {
  expect(growthFaults({ a: { importMs: 10, modules: 1 } }, { a: { importMs: 1000, modules: 9 } })).toEqual([])
})
