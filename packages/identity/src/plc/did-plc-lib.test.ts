// What the reference library writes we read, and the other way about.
import type { KeyPair } from '@atoll/crypto'
import type { Did } from '@atoll/syntax'
import * as reference from '@did-plc/lib'
import { describe, expect, it } from 'vitest'
import { ExampleLog, exampleGenesis, exampleKeys, exampleLegacy } from '../../test/example-log.ts'
import { createGenesis, tombstone, updateOperation } from './build.ts'
import { acceptOperation } from './chain.ts'
import { formatDidDocument } from './document.ts'
import { PlcError } from './errors.ts'
import { type AnyOperation, dataOf, type PlcData } from './operation.ts'
import { cidOfOperation, didOfGenesis, signOperation } from './signature.ts'
import { validateOperations } from './validate-log.ts'

const keys = exampleKeys()
const rotationKeys = [keys.strong, keys.middle, keys.weak].map((key) => key.didKey())
const content = { signingKey: keys.signing.didKey(), rotationKeys, handle: 'alice.test', pds: 'https://pds.test' }

function signer(key: KeyPair): Parameters<typeof reference.signOperation>[1] {
  return {
    did: () => key.didKey(),
    sign: async (message) => key.sign(message),
  }
}

/** A log as the reference directory's database has it. */
async function indexed(log: ExampleLog): Promise<reference.IndexedOperation[]> {
  const entries = log.entries.map(async (entry) => {
    const { cid } = await reference.getLastOpWithCid([entry.operation])
    return { ...entry, cid, createdAt: new Date(entry.createdAt) }
  })
  return Promise.all(entries)
}

describe('@did-plc/lib reads', () => {
  it('our genesis, by either curve and in the legacy form', async () => {
    const legacy = signOperation(exampleLegacy(keys), keys.signing)
    for (const op of [exampleGenesis(keys, keys.weak).op, exampleGenesis(keys, keys.middle).op, legacy]) {
      expect(await reference.didForCreateOp(op)).toBe(didOfGenesis(op))
      expect(await reference.assureValidCreationOp(didOfGenesis(op), op)).toEqual(dataOf(didOfGenesis(op), op))
    }
  })

  it('our updates and tombstones', async () => {
    const log = new ExampleLog(exampleGenesis(keys).op)
      .update({ handle: 'bob.test' }, keys.weak)
      .update({ pds: 'https://b.test', signingKey: keys.weak.didKey() }, keys.middle)
      .update({ rotationKeys: [keys.middle.didKey()] }, keys.strong)
    const operations = log.entries.map((entry) => entry.operation)
    expect(await reference.validateOperationLog(log.did, operations)).toEqual(dataOf(log.did, operations.at(-1)!))
    const ended = [...operations, tombstone(log.living(3), keys.middle)]
    expect(await reference.validateOperationLog(log.did, ended)).toBeNull()
  })
})

describe('we read', () => {
  it('its genesis, updates and tombstones, and hash them alike', async () => {
    const { op, did } = await reference.createOp({ ...content, signer: signer(keys.weak) })
    const renamed = await reference.updateHandleOp(op, signer(keys.middle), 'bob.test')
    const moved = await reference.updatePdsOp(renamed, signer(keys.weak), 'b.test')
    const rekeyed = await reference.updateAtprotoKeyOp(moved, signer(keys.weak), keys.weak.didKey())
    const rotated = await reference.updateRotationKeysOp(rekeyed, signer(keys.strong), [keys.weak.didKey()])
    const { cid } = await reference.getLastOpWithCid([rotated])
    const ended = await reference.tombstoneOp(cid, signer(keys.weak))
    expect(cidOfOperation(rotated as AnyOperation)).toBe(cid.toString())
    const result = validateOperations(did as Did, [op, renamed, moved, rekeyed, rotated, ended])
    expect(result).toMatchObject({ ok: true, value: { data: undefined } })
  })

  it('its legacy genesis', async () => {
    const op = await reference.deprecatedSignCreate(exampleLegacy(keys), signer(keys.strong))
    const did = (await reference.didForCreateOp(op)) as Did
    expect(validateOperations(did, [op])).toMatchObject({ ok: true, value: { data: reference.opToData(did, op) } })
  })
})

describe('both agree on', () => {
  it('what an update says', async () => {
    const { op } = createGenesis({ ...content, signer: keys.weak })
    const { sig: _theirs, ...theirs } = await reference.createUpdateOp(op, signer(keys.weak), (before) => ({
      ...before,
      alsoKnownAs: ['at://bob.test'],
      verificationMethods: { atproto: keys.strong.didKey() },
    }))
    const { sig: _ours, ...ours } = updateOperation(
      op,
      { handle: 'bob.test', signingKey: keys.strong.didKey() },
      keys.weak,
    )
    expect(ours).toEqual(theirs)
  })

  it('which chains are refused', async () => {
    const log = new ExampleLog(exampleGenesis(keys).op).update({ handle: 'b.test' }, keys.weak).end(keys.weak)
    const [first, second, last] = log.entries.map((entry) => entry.operation) as [
      AnyOperation,
      AnyOperation,
      AnyOperation,
    ]
    const { sig: _, ...unsigned } = second as typeof first & { type: 'plc_operation' }
    const chains = [
      [second],
      [last],
      [first, last],
      [first, second, last, second],
      [first, first],
      [{ ...first, sig: second.sig }],
      [first, signOperation(unsigned, keys.signing)],
    ]
    for (const chain of chains) {
      expect(validateOperations(log.did, chain)).toMatchObject({ ok: false })
      await expect(reference.validateOperationLog(log.did, chain)).rejects.toThrow()
    }
  })

  it('who may undo what, up to 72 hours after it', async () => {
    const hour = 60 * 60 * 1000
    const verdicts: [hours: number, signer: KeyPair, prev: number][] = []
    for (const hours of [1, 70, 73]) {
      for (const signer of [keys.strong, keys.middle, keys.weak]) {
        for (const prev of [0, 1, 2]) verdicts.push([hours, signer, prev])
      }
    }
    for (const [hours, key, prev] of verdicts) {
      // The released library looks at the clock, so the log ends so many hours before now.
      const log = new ExampleLog(exampleGenesis(keys).op)
      log.time = Date.now() - (hours + 2) * hour
      log.update({ handle: 'b.test' }, keys.middle).update({ handle: 'thief.test' }, keys.weak).wait(hours)
      const proposed = updateOperation(log.living(prev), { handle: 'alice.test' }, key)
      const theirs = await reference
        .assureValidNextOp(log.did, await indexed(log), proposed)
        .then(({ nullified }) => nullified.map(String))
        .catch(() => 'refused')
      let ours: string[] | 'refused' = 'refused'
      try {
        ours = acceptOperation(log.did, log.entries, proposed, log.time).nullified
      } catch (error) {
        expect(error).toBeInstanceOf(PlcError)
      }
      expect([hours, key.didKey(), prev, ours]).toEqual([hours, key.didKey(), prev, theirs])
    }
  })

  it('the parts of a DID document (the released library still writes the older key types)', () => {
    const { did, op } = exampleGenesis(keys)
    const data = dataOf(did, op) as PlcData
    const theirs = reference.formatDidDoc(data)
    const ours = formatDidDocument(data)
    expect({ ...ours, '@context': 0, verificationMethod: 0 }).toEqual({
      ...theirs,
      '@context': 0,
      verificationMethod: 0,
    })
  })
})

describe('a known disagreement', () => {
  it('is padding of a signature: the released library takes it, the specification forbids it', async () => {
    const log = new ExampleLog(exampleGenesis(keys).op).update({ handle: 'b.test' }, keys.weak)
    const [first, second] = log.entries.map((entry) => entry.operation) as [AnyOperation, AnyOperation]
    const padded = [first, { ...second, sig: `${second.sig}==` }]
    expect(validateOperations(log.did, padded)).toMatchObject({ ok: false, issues: [{ index: 1, fault: 'signature' }] })
    await expect(reference.validateOperationLog(log.did, padded)).resolves.toBeDefined()
  })
})
