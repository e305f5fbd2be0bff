import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'

/** Encrypts small secrets before they are stored, and decrypts them. */
export interface Sealer {
  /**
   * `context` names what the secret is and whose, such as `signing key of did:plc:…`: sealed bytes
   * open in the same context alone, so that nobody can exchange those of two accounts.
   */
  seal(bytes: Uint8Array, context: string): Uint8Array
  /** Bytes that were stored in clear, before there was a key, are returned as they are. */
  open(bytes: Uint8Array, context: string): Uint8Array
  /** Whether `seal` would store the secret in this form: under the newest key, if there is one. */
  isCurrent(bytes: Uint8Array): boolean
}

/** Sealed bytes were changed, are of another context, or are under a key that is not given. */
export class SealError extends Error {
  override name = 'SealError'
}

/*
 * Sealed bytes: the mark (6), the version (1), the key's identifier (8), the nonce (12), then the
 * ciphertext of AES-256-GCM and its tag (16). The header and the context are authenticated.
 */
const mark = Buffer.from('sealed')
const version = 1
const keyIdLength = 8
const nonceLength = 12
const tagLength = 16
const headerLength = mark.length + 1 + keyIdLength + nonceLength

/** Seals under the first of the keys and opens under any; without a key, secrets stay in clear. */
export function createSealer(keys: readonly Uint8Array[]): Sealer {
  const byId = new Map(keys.map((key) => [keyIdOf(key), key]))
  const [newest] = byId
  return {
    seal: (bytes, context) => (newest ? seal(bytes, context, ...newest) : bytes),
    open(bytes, context) {
      if (!isSealed(bytes)) return bytes
      const id = keyIdOfSealed(bytes)
      const key = byId.get(id)
      if (!key) throw new SealError(`the ${context} is encrypted under the key ${id}, which is not given`)
      return open(bytes, context, key)
    },
    isCurrent: (bytes) => (isSealed(bytes) ? keyIdOfSealed(bytes) === newest?.[0] : newest === undefined),
  }
}

/** Tells keys apart without revealing them: 16 hexadecimal digits. */
export function keyIdOf(key: Uint8Array): string {
  return createHmac('sha256', key)
    .update('atoll key identifier')
    .digest('hex')
    .slice(0, 2 * keyIdLength)
}

function seal(bytes: Uint8Array, context: string, keyId: string, key: Uint8Array): Uint8Array {
  const nonce = randomBytes(nonceLength)
  const header = Buffer.concat([mark, Buffer.from([version]), Buffer.from(keyId, 'hex'), nonce])
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
  cipher.setAAD(Buffer.concat([header, Buffer.from(context)]))
  return Buffer.concat([header, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

function open(bytes: Uint8Array, context: string, key: Uint8Array): Uint8Array {
  const header = bytes.subarray(0, headerLength)
  const decipher = createDecipheriv('aes-256-gcm', key, header.subarray(-nonceLength), { authTagLength: tagLength })
  decipher.setAAD(Buffer.concat([header, Buffer.from(context)]))
  decipher.setAuthTag(bytes.subarray(-tagLength))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(headerLength, -tagLength)), decipher.final()])
  } catch (cause) {
    throw new SealError(`the ${context} cannot be decrypted: it was changed, or is not that of this account`, { cause })
  }
}

function isSealed(bytes: Uint8Array): boolean {
  if (bytes.length < headerLength + tagLength) return false
  return mark.equals(bytes.subarray(0, mark.length)) && bytes[mark.length] === version
}

function keyIdOfSealed(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(mark.length + 1, mark.length + 1 + keyIdLength)).toString('hex')
}
