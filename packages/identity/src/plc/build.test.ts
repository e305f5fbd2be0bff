import { generateKeyPair } from '@atoll/crypto'
import { describe, expect, it } from 'vitest'
import { exampleGenesis, exampleKeys, exampleLegacy } from '../../test/example-log.ts'
import { createGenesis, tombstone, updateOperation } from './build.ts'
import { InvalidSignatureError, OperationLimitError } from './errors.ts'
import { dataOf } from './operation.ts'
import { cidOfOperation, didOfGenesis, findSigner, signOperation } from './signature.ts'

const keys = exampleKeys()
const { did, op: genesis } = exampleGenesis(keys)
const rotationKeys = [keys.strong, keys.middle, keys.weak].map((key) => key.didKey())

describe('createGenesis', () => {
  it('derives the DID from the signed operation', () => {
    expect(did).toMatch(/^did:plc:[a-z2-7]{24}$/)
    expect(didOfGenesis(genesis)).toBe(did)
    expect(didOfGenesis({ ...genesis, sig: genesis.sig.replace(/^./, (char) => (char === 'A' ? 'B' : 'A')) })).not.toBe(
      did,
    )
  })

  it('says handle, server and key in the words of did:plc', () => {
    expect(dataOf(did, genesis)).toEqual({
      did,
      rotationKeys,
      verificationMethods: { atproto: keys.signing.didKey() },
      alsoKnownAs: ['at://alice.test'],
      services: { atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint: 'https://pds.test' } },
    })
    expect(genesis.prev).toBeNull()
  })

  it('takes a handle with a scheme and a server without one', () => {
    const { op } = createGenesis({
      signingKey: keys.signing.didKey(),
      rotationKeys,
      handle: 'at://bob.test',
      pds: 'pds.test',
      signer: keys.weak,
    })
    expect(op.alsoKnownAs).toEqual(['at://bob.test'])
    expect(op.services['atproto_pds']?.endpoint).toBe('https://pds.test')
  })

  it('refuses a signer that is no rotation key', () => {
    expect(() => exampleGenesis(keys, generateKeyPair('k256'))).toThrow(InvalidSignatureError)
    expect(() => exampleGenesis(keys, keys.signing)).toThrow(InvalidSignatureError)
  })

  it('refuses rotation keys of other kinds and more than a directory takes', () => {
    const base = { signingKey: keys.signing.didKey(), handle: 'alice.test', pds: 'https://pds.test', signer: keys.weak }
    const ed25519 = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
    expect(() => createGenesis({ ...base, rotationKeys: [...rotationKeys, ed25519] })).toThrow(OperationLimitError)
    expect(() => createGenesis({ ...base, rotationKeys: Array(11).fill(keys.weak.didKey()) })).toThrow(
      OperationLimitError,
    )
  })
})

describe('updateOperation', () => {
  it('points at the operation before it and keeps what is not changed', () => {
    const op = updateOperation(genesis, { handle: 'bob.test' }, keys.weak)
    expect(op.prev).toBe(cidOfOperation(genesis))
    expect(dataOf(did, op)).toEqual({ ...dataOf(did, genesis), alsoKnownAs: ['at://bob.test'] })
  })

  it('replaces the first handle and keeps the other names in place', () => {
    const named = updateOperation(
      genesis,
      { alsoKnownAs: ['https://alice.example', 'at://alice.test', 'at://other.test', 'at://bob.test'] },
      keys.weak,
    )
    const op = updateOperation(named, { handle: 'bob.test' }, keys.weak)
    expect(op.alsoKnownAs).toEqual(['https://alice.example', 'at://bob.test', 'at://other.test'])
  })

  it('puts a handle first where there was none', () => {
    const nameless = updateOperation(genesis, { alsoKnownAs: ['https://alice.example'] }, keys.weak)
    const op = updateOperation(nameless, { handle: 'bob.test' }, keys.weak)
    expect(op.alsoKnownAs).toEqual(['at://bob.test', 'https://alice.example'])
  })

  it('changes one service and one key, and keeps their neighbours', () => {
    const other = { type: 'AtprotoLabeler', endpoint: 'https://labeler.test' }
    const label = generateKeyPair('k256').didKey()
    const rich = updateOperation(
      genesis,
      {
        services: { ...genesis.services, atproto_labeler: other },
        verificationMethods: { ...genesis.verificationMethods, atproto_label: label },
      },
      keys.middle,
    )
    const op = updateOperation(rich, { pds: 'https://other.test', signingKey: keys.weak.didKey() }, keys.middle)
    expect(op.services).toEqual({
      atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint: 'https://other.test' },
      atproto_labeler: other,
    })
    expect(op.verificationMethods).toEqual({ atproto: keys.weak.didKey(), atproto_label: label })
  })

  it('rotates keys: the new ones rule from the next operation on', () => {
    const fresh = generateKeyPair('p256')
    const rotated = updateOperation(genesis, { rotationKeys: [fresh.didKey()] }, keys.weak)
    expect(() => updateOperation(rotated, { handle: 'bob.test' }, keys.weak)).toThrow(InvalidSignatureError)
    expect(findSigner(updateOperation(rotated, { handle: 'bob.test' }, fresh), [fresh.didKey()])).toBe(fresh.didKey())
  })

  it('follows a legacy genesis in the words of today', () => {
    const legacy = signOperation(exampleLegacy(keys), keys.signing)
    const op = updateOperation(legacy, { handle: 'bob.test' }, keys.strong)
    expect(op.rotationKeys).toEqual([keys.strong.didKey(), keys.signing.didKey()])
    expect(op.verificationMethods).toEqual({ atproto: keys.signing.didKey() })
    expect(op.prev).toBe(cidOfOperation(legacy))
  })
})

describe('tombstone', () => {
  it('leaves no data', () => {
    const op = tombstone(genesis, keys.weak)
    expect(op.prev).toBe(cidOfOperation(genesis))
    expect(dataOf(did, op)).toBeUndefined()
  })

  it('refuses a signer that is no rotation key', () => {
    expect(() => tombstone(genesis, keys.signing)).toThrow(InvalidSignatureError)
  })
})
