import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSealer, keyIdOf, SealError } from './sealer.ts'

const [older, newer] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
const secret = randomBytes(32)
const context = 'signing key of did:plc:alice'

describe('sealed bytes', () => {
  it('are opened in the context that they were sealed in, and in no other', () => {
    const sealer = createSealer([older])
    for (const bytes of [secret, new Uint8Array(), new Uint8Array(randomBytes(1000))]) {
      const sealed = sealer.seal(bytes, context)
      expect(Buffer.from(sealer.open(sealed, context)).equals(bytes)).toBe(true)
      expect(() => sealer.open(sealed, 'signing key of did:plc:bob')).toThrow(SealError)
    }
  })

  it('neither contain the secret, nor are the same twice', () => {
    const sealer = createSealer([older])
    const sealed = Buffer.from(sealer.seal(secret, context))
    expect(sealed.includes(secret)).toBe(false)
    expect(sealed.equals(sealer.seal(secret, context))).toBe(false)
  })

  it('do not open when one bit of them was changed', () => {
    const sealer = createSealer([older])
    const sealed = sealer.seal(secret, context)
    // The mark and the version say that the bytes are sealed: without them, they are no secret.
    for (let at = 7; at < sealed.length; at++) {
      const changed = sealed.slice()
      changed[at]! ^= 1
      expect(() => sealer.open(changed, context)).toThrow(SealError)
    }
  })

  it('open under an older key as long as it is given, and are sealed under the newest', () => {
    const sealed = createSealer([older]).seal(secret, context)
    const both = createSealer([newer, older])
    expect(Buffer.from(both.open(sealed, context)).equals(secret)).toBe(true)
    expect(both.isCurrent(sealed)).toBe(false)
    const again = both.seal(secret, context)
    expect(both.isCurrent(again)).toBe(true)
    expect(() => createSealer([older]).open(again, context)).toThrow(keyIdOf(newer))
    expect(() => createSealer([]).open(again, context)).toThrow(keyIdOf(newer))
  })

  it('are the secret itself without a key, and stay readable when a key is set', () => {
    const clear = createSealer([])
    expect(clear.seal(secret, context)).toBe(secret)
    expect(clear.open(secret, context)).toBe(secret)
    expect(clear.isCurrent(secret)).toBe(true)
    expect(createSealer([newer]).open(secret, context)).toBe(secret)
    expect(createSealer([newer]).isCurrent(secret)).toBe(false)
  })
})
