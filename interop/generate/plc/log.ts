import { createHash } from 'node:crypto'
import { type CurveName, compact, type Signature, sign } from '../crypto/ecdsa.ts'
import { didKey, secretOf } from '../crypto/keys.ts'
import { cidOf, encodeJson, type Json } from '../data-model/drisl.ts'

export type Operation = { [field: string]: Json }

export interface Entry {
  did: string
  operation: Operation
  cid: string
  nullified: boolean
  createdAt: string
}

export interface Key {
  curve: CurveName
  secret: bigint
  did: string
}

export function keyNamed(name: string, curve: CurveName): Key {
  const secret = secretOf(curve, `plc ${name}`)
  return { curve, secret, did: didKey(curve, secret) }
}

/**
 * Three rotation keys, the strongest first, the key of the account, and keys that no operation
 * names.
 */
export const keys = {
  strong: keyNamed('strong', 'k256'),
  middle: keyNamed('middle', 'p256'),
  weak: keyNamed('weak', 'k256'),
  signing: keyNamed('signing', 'p256'),
  stranger: keyNamed('stranger', 'k256'),
  thief: keyNamed('thief', 'p256'),
}

export const content = {
  type: 'plc_operation',
  rotationKeys: [keys.strong.did, keys.middle.did, keys.weak.did],
  verificationMethods: { atproto: keys.signing.did },
  alsoKnownAs: ['at://alice.test'],
  services: { atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint: 'https://pds.test' } },
  prev: null,
}

export const legacyContent = {
  type: 'create',
  signingKey: keys.signing.did,
  recoveryKey: keys.strong.did,
  handle: 'alice.test',
  service: 'https://pds.test',
  prev: null,
}

export function signatureOf(unsigned: Operation, key: Key): Signature {
  return sign(key.curve, key.secret, encodeJson(unsigned))
}

export function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

export function signed(unsigned: Operation, key: Key): Operation {
  return { ...unsigned, sig: base64Url(compact(signatureOf(unsigned, key))) }
}

/** The hash of the first operation in 24 digits of base32. */
export function didOf(genesis: Operation, length = 24): string {
  const bits = [...createHash('sha256').update(encodeJson(genesis)).digest()]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
  const digits = bits.match(/.{5}/g)!.map((five) => alphabet[Number.parseInt(five, 2)])
  return `did:plc:${digits.slice(0, length).join('')}`
}

/** An audit log that accepts any entry; entries are an hour apart. */
export class Log {
  readonly did: string
  readonly entries: Entry[] = []
  #time = Date.UTC(2026, 0, 1)

  constructor(genesis: Operation = signed(content, keys.weak), did = didOf(genesis)) {
    this.did = did
    this.add(genesis)
  }

  add(operation: Operation): this {
    const createdAt = new Date(this.#time).toISOString()
    this.entries.push({ did: this.did, operation, cid: cidOf(encodeJson(operation)), nullified: false, createdAt })
    this.#time += 60 * 60 * 1000
    return this
  }

  /** The content of the operation that `prev` names, with changes, signed by `key`. */
  update(changes: Operation, key: Key, prev = this.entries.length - 1): this {
    return this.add(signed(this.unsigned(changes, prev), key))
  }

  end(key: Key, prev = this.entries.length - 1): this {
    return this.add(signed({ type: 'plc_tombstone', prev: this.cid(prev) }, key))
  }

  unsigned(changes: Operation = {}, prev = this.entries.length - 1): Operation {
    const { sig: _, ...before } = this.entries[prev]!.operation
    const living = before['type'] === 'plc_operation' ? before : content
    return { ...living, prev: this.cid(prev), ...changes }
  }

  /** Marks entries as undone. */
  undone(...indexes: number[]): this {
    for (const index of indexes) this.entries[index]!.nullified = true
    return this
  }

  wait(ms: number): this {
    this.#time += ms
    return this
  }

  cid(index: number): string {
    return this.entries[index]!.cid
  }
}
