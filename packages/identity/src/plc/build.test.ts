import { generateKeyPair, type KeyPair } from '@atoll/crypto'
import { describe, expect, it } from 'vitest'
import { exampleGenesis, exampleKeys, exampleLegacy } from '../../test/example-log.ts'
import { createGenesis, tombstone, updateOperation } from './build.ts'
import { InvalidContentError, NotRotationKeyError, OperationLimitError } from './errors.ts'
import { dataOf } from './operation.ts'
import { cidOfOperation, didOfGenesis, findSigner, signOperation } from './signature.ts'

const keys = exampleKeys()
const { did, op: genesis } = exampleGenesis(keys)
const rotationKeys = [keys.strong, keys.middle, keys.weak].map((key) => key.didKey())

function thrownBy(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('nothing was thrown')
}

/** The weak key, which counts what it signs. */
function signing(onSignature: () => void): KeyPair {
  const { curve, publicKey } = keys.weak
  return {
    curve,
    publicKey,
    didKey: () => keys.weak.didKey(),
    exportPrivateKey: () => keys.weak.exportPrivateKey(),
    sign(message) {
      onSignature()
      return keys.weak.sign(message)
    },
  }
}

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
    expect(() => exampleGenesis(keys, generateKeyPair('k256'))).toThrow(NotRotationKeyError)
    expect(() => exampleGenesis(keys, keys.signing)).toThrow(NotRotationKeyError)
  })

  it('says which key was to sign, and which may', () => {
    const stranger = generateKeyPair('k256')
    const error = thrownBy(() => exampleGenesis(keys, stranger))
    expect(error).toMatchObject({ fault: 'signature', signer: stranger.didKey(), rotationKeys })
    expect(error.message).toBe(
      `the signer ${stranger.didKey()} is not among the rotation keys: these may sign: ${rotationKeys.join(', ')}`,
    )
  })

  const ed25519 = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
  const offCurve = generateKeyPair('p256').didKey().replace(/.$/, '')
  it.each<[string, object, string]>([
    ['handle', { handle: 'alice' }, 'handle "alice" is not a handle such as alice.example.com'],
    ['handle', { handle: 'at://alice .test' }, 'is not a handle'],
    ['handle', { handle: undefined }, 'handle undefined is missing'],
    ['handle', { handle: 7 }, 'handle 7 is not a handle'],
    ['handle', { handle: `${'a'.repeat(500)}.test` }, '…'],
    ['pds', { pds: 'ftp://pds.test' }, 'pds "ftp://pds.test" is not an origin such as https://pds.example.com'],
    ['pds', { pds: 'https://pds.test/xrpc' }, 'is not an origin'],
    ['pds', { pds: 'https://user:secret@pds.test' }, 'is not an origin'],
    ['pds', { pds: 'https://pds.test?x=1' }, 'is not an origin'],
    ['pds', { pds: 'https://' }, 'is not an origin'],
    ['pds', { pds: '' }, 'is not an origin'],
    ['signingKey', { signingKey: 'zQ3sh' }, 'signingKey "zQ3sh" is not the did:key of a P-256 or K-256 key'],
    ['signingKey', { signingKey: ed25519 }, 'is not the did:key'],
    ['signingKey', { signingKey: offCurve }, 'is not the did:key'],
    ['rotationKeys', { rotationKeys: [] }, 'nobody could ever change the identity'],
    ['rotationKeys', { rotationKeys: keys.weak.didKey() }, 'are not a list'],
    ['rotationKeys', { rotationKeys: Array(11).fill(keys.weak.didKey()) }, 'rotationKeys 11 are too many: 10 at most'],
    ['rotationKeys[3]', { rotationKeys: [...rotationKeys, ed25519] }, `"${ed25519}" is not the did:key`],
    ['rotationKeys[3]', { rotationKeys: [...rotationKeys, rotationKeys[0]] }, 'is there twice'],
  ])('refuses a bad %s before anything is signed: %j', (field, changes, message) => {
    let signatures = 0
    const signer = signing(() => signatures++)
    const base = {
      signingKey: keys.signing.didKey(),
      rotationKeys,
      handle: 'alice.test',
      pds: 'https://pds.test',
      signer,
    }
    const error = thrownBy(() => createGenesis(Object.assign(base, changes)))
    expect(error).toBeInstanceOf(InvalidContentError)
    expect(error).toMatchObject({ field, fault: 'content' })
    expect(error.message).toContain(message)
    expect(signatures).toBe(0)
    if (field === 'handle' && 'handle' in changes && changes.handle === undefined) return
    expect(() => updateOperation(genesis, changes, keys.weak)).toThrow(InvalidContentError)
  })

  it('refuses what is over the limits of a directory before anything is signed', () => {
    let signatures = 0
    const signer = signing(() => signatures++)
    const alsoKnownAs = Array.from({ length: 11 }, (_, at) => `at://name${at}.test`)
    expect(() => updateOperation(genesis, { alsoKnownAs }, signer)).toThrow(OperationLimitError)
    expect(signatures).toBe(0)
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
    expect(() => updateOperation(rotated, { handle: 'bob.test' }, keys.weak)).toThrow(NotRotationKeyError)
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
    expect(() => tombstone(genesis, keys.signing)).toThrow(NotRotationKeyError)
  })
})
