import { generateKeyPair } from '@atoll/crypto'
import { blockOf, cidOfCbor, cidOfRaw, encodeCbor, type Value, type ValueMap } from '@atoll/data-model'
import { describe, expect, it } from 'vitest'
import { did, keyPair, revAt } from '../../test/histories.ts'
import { InvalidCommitError } from '../errors.ts'
import { decodeCommit, signCommit, verifyCommit } from './commit.ts'

const data = cidOfCbor(Uint8Array.of(1))
const rev = revAt(1)

describe('commits', () => {
  it.each(['k256', 'p256'] as const)('are signed and verified with %s', (curve) => {
    const pair = generateKeyPair(curve)
    const { commit, block } = signCommit({ did, data, rev }, pair)
    expect(decodeCommit(block.bytes)).toEqual(commit)
    expect(block).toEqual(blockOf({ ...commit }))
    expect(verifyCommit(block.bytes, pair.didKey())).toBe(true)
    expect(verifyCommit(commit, pair.publicKey)).toBe(true)
    expect(verifyCommit(commit, generateKeyPair(curve).didKey())).toBe(false)
  })

  it('do not verify after any field was changed', () => {
    const { commit } = signCommit({ did, data, rev }, keyPair)
    const others = [
      { data: cidOfCbor(Uint8Array.of(2)) },
      { rev: revAt(2) },
      { did: 'did:web:example.com' as const },
      { prev: data },
    ]
    for (const other of others) expect(verifyCommit({ ...commit, ...other }, keyPair.didKey())).toBe(false)
    const sig = commit.sig.slice()
    sig[5]! ^= 1
    expect(verifyCommit({ ...commit, sig }, keyPair.didKey())).toBe(false)
    expect(verifyCommit({ ...commit, sig: commit.sig.subarray(1) }, keyPair.didKey())).toBe(false)
  })

  const fields: ValueMap = { ...signCommit({ did, data, rev }, keyPair).commit }
  const without = (name: string): ValueMap => Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name))
  const faults: [string, Value][] = [
    ['that are no map', [1]],
    ...Object.keys(fields).map((name): [string, Value] => [`without ${name}`, without(name)]),
    ['of version 2', { ...fields, version: 2 }],
    ['with a field of their own', { ...fields, extra: 1 }],
    ['with a malformed DID', { ...fields, did: 'alice' }],
    ['with a malformed rev', { ...fields, rev: '2024-01-01' }],
    ['whose tree is a blob', { ...fields, data: cidOfRaw(Uint8Array.of(1)) }],
    ['whose tree is text', { ...fields, data: data.toString() }],
    ['with a prev of text', { ...fields, prev: 'none' }],
    ['with a signature of text', { ...fields, sig: 'sig' }],
    ['of more than 4,096 bytes', { ...fields, did: `did:web:${'a'.repeat(5000)}` }],
  ]
  it.each(faults)('%s are refused', (_, value) => {
    expect(() => decodeCommit(encodeCbor(value))).toThrow(InvalidCommitError)
  })

  it('in bytes that are not canonical are refused', () => {
    const { block } = signCommit({ did, data, rev }, keyPair)
    expect(() => decodeCommit(Uint8Array.of(...block.bytes, 0))).toThrow(InvalidCommitError)
    expect(() => decodeCommit(new Uint8Array())).toThrow(InvalidCommitError)
  })
})
