import { cidOfRaw, type ValueMap } from '@atoll/data-model'
import { expect, it } from 'vitest'
import { upgradeLegacyReferences } from './legacy-references.ts'

const cid = cidOfRaw(Uint8Array.of(1))
const blobs = { get: async () => ({ mimeType: 'image/png', size: 1 }) as never }

it('leaves a key called __proto__ a key, and the prototype alone', async () => {
  const record = JSON.parse(`{"__proto__":{"admin":true},"avatar":{"cid":"${cid}","mimeType":"image/png"}}`) as ValueMap
  const upgraded = await upgradeLegacyReferences(blobs, 'did:plc:alice', record)
  expect(Object.getPrototypeOf(upgraded)).toBe(Object.prototype)
  expect('admin' in upgraded).toBe(false)
  expect(Object.keys(upgraded)).toEqual(['__proto__', 'avatar'])
  expect(upgraded['avatar']).toEqual({ $type: 'blob', ref: cid, mimeType: 'image/png', size: 1 })
})

it('leaves what only looks like a CID as it is', async () => {
  const record = { avatar: { cid: `b${'a'.repeat(58)}`, mimeType: 'image/png' } }
  expect(await upgradeLegacyReferences(blobs, 'did:plc:alice', record)).toEqual(record)
})
