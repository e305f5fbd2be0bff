import { describe, expect, it } from 'vitest'
import { ExampleLog, exampleGenesis, exampleKeys, exampleLegacy } from '../../test/example-log.ts'
import { tombstone, updateOperation } from './build.ts'
import { LateRecoveryError, type PlcFault } from './errors.ts'
import type { PlcLogEntry } from './operation.ts'
import { encodeOperation, signOperation } from './signature.ts'
import { validateLog, validateLogInPieces, validateOperations } from './validate-log.ts'

const keys = exampleKeys()
const { op: genesis } = exampleGenesis(keys)

function newLog(): ExampleLog {
  return new ExampleLog(genesis)
}

function faultOf(log: ExampleLog, entries: unknown = log.entries, now?: number): PlcFault | 'none' {
  const result = validateLog(log.did, JSON.parse(JSON.stringify(entries)), now === undefined ? {} : { now })
  return result.ok ? 'none' : result.issues[0]!.fault
}

/** The log with one entry changed. */
function withEntry(log: ExampleLog, index: number, changes: Partial<Record<keyof PlcLogEntry, unknown>>): unknown[] {
  return log.entries.map((entry, at) => (at === index ? { ...entry, ...changes } : entry))
}

describe('a log that holds', () => {
  it('leads to the state of its last operation', () => {
    const log = newLog().update({ handle: 'bob.test' }, keys.weak).update({ pds: 'https://b.test' }, keys.middle)
    const result = validateLog(log.did, log.entries)
    expect(result).toMatchObject({
      ok: true,
      value: { lastCid: log.entries[2]!.cid, data: { did: log.did, alsoKnownAs: ['at://bob.test'] } },
    })
  })

  it('may end in a tombstone', () => {
    const log = newLog().end(keys.weak)
    expect(validateLog(log.did, log.entries)).toMatchObject({ ok: true, value: { data: undefined } })
  })

  it('may begin in the legacy form, signed by either key', () => {
    for (const signer of [keys.signing, keys.strong]) {
      const log = new ExampleLog(signOperation(exampleLegacy(keys), signer)).update(
        { handle: 'bob.test' },
        keys.signing,
      )
      expect(faultOf(log)).toBe('none')
    }
  })

  it('may repeat rotation keys or have none left', () => {
    const repeated = [keys.weak, keys.weak].map((key) => key.didKey())
    expect(faultOf(newLog().rotate(repeated, keys.weak).rotate([], keys.weak))).toBe('none')
  })
})

describe('recovery', () => {
  it('undoes every operation after the fork', () => {
    const log = newLog()
      .update({ handle: 'thief.test' }, keys.weak)
      .update({ pds: 'https://thief.test' }, keys.weak)
      .update({ handle: 'alice.test' }, keys.strong, 0)
    expect(log.entries.map((entry) => entry.nullified)).toEqual([false, true, true, false])
    expect(faultOf(log)).toBe('none')
  })

  it('undoes a tombstone', () => {
    const log = newLog().end(keys.weak).update({ handle: 'alice.test' }, keys.middle, 0)
    expect(validateLog(log.did, log.entries)).toMatchObject({
      ok: true,
      value: { data: { alsoKnownAs: ['at://alice.test'] } },
    })
  })

  it('may be a tombstone itself', () => {
    const log = newLog().update({ handle: 'thief.test' }, keys.weak)
    log.wait(1).add(tombstone(genesis, keys.strong))
    expect(validateLog(log.did, log.entries)).toMatchObject({ ok: true, value: { data: undefined } })
  })

  it('may itself be undone by a stronger key', () => {
    const log = newLog()
      .update({ handle: 'a.test' }, keys.weak)
      .update({ handle: 'b.test' }, keys.middle, 0)
      .update({ handle: 'c.test' }, keys.strong, 0)
    expect(log.entries.map((entry) => entry.nullified)).toEqual([false, true, true, false])
    expect(faultOf(log)).toBe('none')
  })

  it('is possible up to exactly 72 hours after what it undoes', () => {
    const log = newLog().update({ handle: 'thief.test' }, keys.weak).wait(71)
    expect(faultOf(log.update({ handle: 'alice.test' }, keys.strong, 0))).toBe('none')
  })

  it('is late a millisecond after that, however short ago the last operation is', () => {
    const log = newLog()
      .update({ handle: 'thief.test' }, keys.weak)
      .wait(70)
      .update({ handle: 'thief2.test' }, keys.weak)
    log.time += 1
    expect(() => log.update({ handle: 'alice.test' }, keys.strong, 0)).toThrow(LateRecoveryError)
    expect(faultOf(log.force(updateOperation(genesis, { handle: 'alice.test' }, keys.strong)))).toBe('late-recovery')
  })

  it.each(['weak', 'middle'] as const)(
    'needs a stronger key than the one that signed: %s does not undo middle',
    (name) => {
      const log = newLog().update({ handle: 'a.test' }, keys.middle).wait(1)
      log.force(updateOperation(genesis, { handle: 'b.test' }, keys[name]))
      expect(faultOf(log)).toBe('signature')
    },
  )

  it('counts a repeated key by its first place', () => {
    const rotationKeys = [keys.weak, keys.strong, keys.weak].map((key) => key.didKey())
    const log = newLog().rotate(rotationKeys, keys.weak).update({ handle: 'a.test' }, keys.weak)
    log.wait(1).force(updateOperation(log.living(1), { handle: 'b.test' }, keys.strong))
    expect(faultOf(log)).toBe('signature')
  })

  it('checks against the keys at the fork, not those that the thief put in', () => {
    const thief = exampleKeys()
    const log = newLog().update({ rotationKeys: [thief.weak.didKey()] }, keys.weak)
    expect(faultOf(log.update({ handle: 'alice.test' }, keys.strong, 0))).toBe('none')
  })
})

describe('a log is refused', () => {
  it('when an operation follows one that was undone', () => {
    const log = newLog().update({ handle: 'a.test' }, keys.weak).update({ handle: 'b.test' }, keys.strong, 0)
    expect(faultOf(log.wait(1).force(updateOperation(log.living(1), { handle: 'c.test' }, keys.weak)))).toBe(
      'misordered',
    )
  })

  it('when an operation follows a tombstone', () => {
    const log = newLog().end(keys.weak)
    const { sig: _, ...next } = { ...updateOperation(genesis, {}, keys.weak), prev: log.entries[1]!.cid }
    expect(faultOf(log.wait(1).force(signOperation(next, keys.weak)))).toBe('misordered')
  })

  it('when it has a second genesis, or begins without one', () => {
    expect(faultOf(newLog().force(genesis))).toBe('misordered')
    const log = newLog().update({ handle: 'b.test' }, keys.weak)
    expect(faultOf(log, log.entries.slice(1))).toBe('misordered')
  })

  it('when a stranger signed', () => {
    const { sig: _, ...unsigned } = updateOperation(genesis, {}, keys.weak)
    expect(faultOf(newLog().force(signOperation(unsigned, exampleKeys().weak)))).toBe('signature')
    const log = newLog().force(updateOperation(genesis, {}, keys.weak))
    log.entries[1]!.operation = { ...log.entries[1]!.operation, sig: genesis.sig }
    expect(faultOf(log, withEntry(log, 1, { cid: undefined }))).toBe('signature')
  })

  it.each([
    ['padded', (sig: string) => `${sig}==`],
    ['with other unused bits', (sig: string) => sig.slice(0, -1) + String.fromCharCode(sig.charCodeAt(85) + 1)],
    ['with a line break', (sig: string) => `${sig}\n`],
    ['in the other base64', (sig: string) => `+${sig.slice(1)}`],
    ['cut short', (sig: string) => sig.slice(0, -2)],
    ['empty', () => ''],
  ])('when a signature is %s', (_, change) => {
    const { sig: _sig, ...unsigned } = updateOperation(genesis, { handle: 'b.test' }, keys.weak)
    const signed = signOperation(unsigned, keys.weak)
    expect(faultOf(newLog().force({ ...signed, sig: change(signed.sig) }))).toBe('signature')
  })

  it.each(['k256', 'p256'] as const)('when a signature has the high S of %s', (curve) => {
    const order = {
      k256: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
      p256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    }[curve]
    const signer = curve === 'k256' ? keys.weak : keys.middle
    const op = updateOperation(genesis, { handle: 'b.test' }, signer)
    const bytes = Buffer.from(op.sig, 'base64url')
    const high = order - BigInt(`0x${bytes.toString('hex', 32)}`)
    const sig = Buffer.from(bytes.toString('hex', 0, 32) + high.toString(16).padStart(64, '0'), 'hex').toString(
      'base64url',
    )
    expect(faultOf(newLog().force(op))).toBe('none')
    expect(faultOf(newLog().force({ ...op, sig }))).toBe('signature')
  })

  it('when it belongs to another DID, as a whole or in one entry', () => {
    const other = new ExampleLog(exampleGenesis(exampleKeys()).op)
    expect(validateLog(other.did, newLog().entries)).toMatchObject({ ok: false, issues: [{ fault: 'did' }] })
    const log = newLog()
    const renamed = log.entries.map((entry) => ({ ...entry, did: other.did }))
    expect(validateLog(other.did, renamed)).toMatchObject({ ok: false, issues: [{ fault: 'genesis-hash' }] })
  })

  it('when a CID is not that of its operation', () => {
    const log = newLog().update({ handle: 'b.test' }, keys.weak)
    expect(faultOf(log, withEntry(log, 1, { cid: log.entries[0]!.cid }))).toBe('cid')
  })

  it('when it hides or invents that an operation was undone', () => {
    const log = newLog().update({ handle: 'a.test' }, keys.weak).update({ handle: 'b.test' }, keys.strong, 0)
    expect(faultOf(log, withEntry(log, 1, { nullified: false }))).toBe('nullified')
    expect(faultOf(log, withEntry(log, 2, { nullified: true }))).toBe('nullified')
  })

  it('when time goes back', () => {
    const log = newLog().update({ handle: 'b.test' }, keys.weak)
    expect(faultOf(log, withEntry(log, 1, { createdAt: '2025-12-31T23:59:59.999Z' }))).toBe('time')
  })

  it('when an entry is from the future', () => {
    const log = newLog()
    expect(faultOf(log, log.entries, log.time)).toBe('none')
    expect(faultOf(log, log.entries, log.time - 60 * 60 * 1000)).toBe('time')
  })

  it('when an operation is larger than the specification allows', () => {
    const { sig: _, ...unsigned } = genesis
    const op = signOperation({ ...unsigned, alsoKnownAs: ['x'.repeat(7500)] }, keys.weak)
    expect(faultOf(new ExampleLog(op))).toBe('limit')
  })

  it('when it is longer than the reader allows', () => {
    const log = newLog().update({ handle: 'b.test' }, keys.weak)
    expect(validateLog(log.did, log.entries, { maxEntries: 1 })).toMatchObject({
      ok: false,
      issues: [{ fault: 'limit' }],
    })
  })

  it('when its operations are larger together than the reader allows', () => {
    const log = newLog().update({ handle: 'b.test' }, keys.weak)
    const sizes = log.entries.map((entry) => encodeOperation(entry.operation).length)
    const validated = (maxBytes: number) => validateLog(log.did, log.entries, { maxBytes })
    expect(validated(sizes[0]! + sizes[1]!)).toMatchObject({ ok: true })
    expect(validated(sizes[0]! + sizes[1]! - 1)).toMatchObject({ ok: false, issues: [{ index: 1, fault: 'limit' }] })
  })

  it('when an operation names more keys than any directory took', () => {
    const { sig: _, ...unsigned } = genesis
    const keysOf = (count: number) => Array.from({ length: count }, (_, at) => `did:key:z${at}`)
    const withKeys = (rotationKeys: string[]) => new ExampleLog(signOperation({ ...unsigned, rotationKeys }, keys.weak))
    const own = keys.weak.didKey()
    expect(faultOf(withKeys([own, ...keysOf(19), ...keysOf(19)]))).toBe('none')
    expect(faultOf(withKeys([own, ...keysOf(20)]))).toBe('limit')
  })

  it('for its size before a signature is looked at', () => {
    const log = newLog().force({ ...updateOperation(genesis, {}, keys.weak), sig: '' })
    const huge = { ...updateOperation(genesis, {}, keys.weak), alsoKnownAs: ['x'.repeat(7500)] }
    expect(faultOf(log)).toBe('signature')
    expect(faultOf(log.force(huge))).toBe('limit')
  })

  it.each([
    ['nothing', undefined],
    ['an object', {}],
    ['an empty list', []],
    ['a list of null', [null]],
    ['a time without a zone', [{ ...newLog().entries[0], createdAt: '2026-01-01T00:00:00' }]],
    ['a nullified that is text', [{ ...newLog().entries[0], nullified: 'no' }]],
    ['an invalid cid', [{ ...newLog().entries[0], cid: '' }]],
    ['an invalid operation', [{ ...newLog().entries[0], operation: {} }]],
    ['text that is not Unicode', [{ ...newLog().entries[0], operation: { ...genesis, alsoKnownAs: ['\ud800'] } }]],
  ])('when it is %s', (_, entries) => {
    expect(validateLog(newLog().did, entries)).toMatchObject({ ok: false, issues: [{ fault: 'shape' }] })
  })
})

describe('validateLogInPieces', () => {
  const stolen = newLog().update({ handle: 'a.test' }, keys.weak).update({ handle: 'b.test' }, keys.strong, 0)

  it('has the result of validateLog', async () => {
    const logs = [stolen.entries, withEntry(stolen, 1, { nullified: false }), [], [null], stolen.entries.slice(1)]
    for (const log of logs) {
      expect(await validateLogInPieces(stolen.did, log)).toEqual(validateLog(stolen.did, log))
      expect(await validateLogInPieces(stolen.did, log, { pieceMs: 0 })).toEqual(validateLog(stolen.did, log))
    }
    expect(await validateLogInPieces(stolen.did, stolen.entries, { maxEntries: 2 })).toMatchObject({ ok: false })
  })

  it('lets others go on in between', async () => {
    let turns = 0
    const others = setInterval(() => turns++)
    await validateLogInPieces(stolen.did, stolen.entries, { pieceMs: 0 })
    clearInterval(others)
    expect(turns).toBeGreaterThan(0)
  })

  it('stops when the caller does', async () => {
    const abort = new AbortController()
    const validating = validateLogInPieces(stolen.did, stolen.entries, { pieceMs: 0, signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(validating).rejects.toThrow('enough')
  })
})

describe('validateOperations', () => {
  it('validates a list of operations without time stamps', () => {
    const log = newLog().update({ handle: 'b.test' }, keys.weak).end(keys.weak)
    const operations = log.entries.map((entry) => entry.operation)
    expect(validateOperations(log.did, operations)).toMatchObject({ ok: true, value: { data: undefined } })
    expect(validateOperations(log.did, operations.slice(0, 2))).toMatchObject({ ok: true })
    expect(validateOperations(log.did, [operations[0], operations[2]])).toMatchObject({ ok: false })
    expect(validateOperations(log.did, 'nonsense')).toMatchObject({ ok: false })
  })
})
