// Logs for this package's tests.
import { generateKeyPair, type KeyPair } from '@atoll/crypto'
import type { Did } from '@atoll/syntax'
import { createGenesis, type PlcChanges, tombstone, unsignedUpdate, updateOperation } from '../src/plc/build.ts'
import { acceptOperation } from '../src/plc/chain.ts'
import type { AnyOperation, LivingOperation, PlcLogEntry, PlcOperation } from '../src/plc/operation.ts'
import { cidOfOperation, didOfGenesis, signOperation } from '../src/plc/signature.ts'

const hourMs = 60 * 60 * 1000

export interface ExampleKeys {
  signing: KeyPair
  /** Rotation keys, the strongest first. */
  strong: KeyPair
  middle: KeyPair
  weak: KeyPair
}

export function exampleKeys(): ExampleKeys {
  return {
    signing: generateKeyPair('p256'),
    strong: generateKeyPair('k256'),
    middle: generateKeyPair('p256'),
    weak: generateKeyPair('k256'),
  }
}

export function exampleGenesis(keys: ExampleKeys, signer: KeyPair = keys.weak): { did: Did; op: PlcOperation } {
  return createGenesis({
    signingKey: keys.signing.didKey(),
    rotationKeys: [keys.strong, keys.middle, keys.weak].map((key) => key.didKey()),
    handle: 'alice.test',
    pds: 'https://pds.test',
    signer,
  })
}

/**
 * A log that grows by the rules of a directory, with a clock that stands still unless told to move.
 */
export class ExampleLog {
  readonly did: Did
  readonly entries: PlcLogEntry[] = []
  time = Date.UTC(2026, 0, 1)

  constructor(genesis: LivingOperation) {
    this.did = didOfGenesis(genesis)
    this.add(genesis)
  }

  wait(hours: number): this {
    this.time += hours * hourMs
    return this
  }

  add(operation: AnyOperation): this {
    const { nullified } = acceptOperation(this.did, this.entries, operation, this.time)
    for (const entry of this.entries) if (nullified.includes(entry.cid)) entry.nullified = true
    return this.force(operation)
  }

  /** Adds what a directory should have refused. */
  force(operation: AnyOperation): this {
    const cid = cidOfOperation(operation)
    const createdAt = new Date(this.time).toISOString()
    this.entries.push({ did: this.did, operation, cid, nullified: false, createdAt })
    return this
  }

  update(changes: PlcChanges, signer: KeyPair, prev: number = this.entries.length - 1): this {
    return this.wait(1).add(updateOperation(this.living(prev), changes, signer))
  }

  /** As `update`, with rotation keys that only older logs may have: repeated, or none. */
  rotate(rotationKeys: string[], signer: KeyPair): this {
    const unsigned = unsignedUpdate(this.living(this.entries.length - 1), {})
    return this.wait(1).add(signOperation({ ...unsigned, rotationKeys }, signer))
  }

  end(signer: KeyPair): this {
    return this.wait(1).add(tombstone(this.living(this.entries.length - 1), signer))
  }

  living(index: number): LivingOperation {
    const operation = this.entries[index]?.operation
    if (!operation || operation.type === 'plc_tombstone') throw new Error(`no living operation at ${index}`)
    return operation
  }
}

/** The first operation of the first form. */
export function exampleLegacy(keys: ExampleKeys) {
  return {
    type: 'create' as const,
    signingKey: keys.signing.didKey(),
    recoveryKey: keys.strong.didKey(),
    handle: 'alice.test',
    service: 'https://pds.test',
    prev: null,
  }
}
