import { InvalidKeyError, importKeyPair } from '@atoll/crypto'
import { parsed, required, text } from '@atoll/process'

export const secrets = {
  jwtSecret: text('PDS_JWT_SECRET', required, 'secret that signs session tokens, 16 characters or more', {
    secret: true,
  }),
  adminPassword: text(
    'PDS_ADMIN_PASSWORD',
    required,
    'password of the administrator (HTTP Basic, user "admin"), 8 characters or more; 16 are advised',
    { secret: true },
  ),
  plcRotationKey: parsed(
    'PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX',
    'a private key in 64 hexadecimal digits',
    required,
    'K-256 key that signs did:plc operations',
    parsePrivateKey,
    { secret: true },
  ),
  keyEncryptionKeys: parsed<readonly string[], readonly string[]>(
    'PDS_KEY_ENCRYPTION_KEY',
    'a key in 64 hexadecimal digits, or several with commas between them',
    [],
    'key that encrypts signing keys and other secrets in the database, 64 hexadecimal digits; to change it, write the new one, a comma and the old one',
    parseEncryptionKeys,
    { secret: true },
  ),
} as const

function parseEncryptionKeys(given: string): readonly string[] {
  const keys = given.split(',').map((key) => key.trim().toLowerCase())
  for (const [at, key] of keys.entries()) {
    const which = keys.length === 1 ? 'it' : `number ${at + 1}`
    if (!/^[0-9a-f]{64}$/.test(key)) {
      throw new Error(
        `${which} must have exactly 64 characters, each one of 0 to 9 and a to f; make one with: openssl rand -hex 32`,
      )
    }
    if (/^(..)\1{31}$/.test(key)) throw new Error(`${which} can be guessed; make one with: openssl rand -hex 32`)
    if (keys.indexOf(key) < at) throw new Error(`${which} is there twice`)
  }
  return keys
}

function parsePrivateKey(given: string): string {
  if (!/^[0-9a-fA-F]{64}$/.test(given)) {
    throw new Error('it must have exactly 64 characters, each one of 0 to 9 and a to f')
  }
  try {
    importKeyPair('k256', Buffer.from(given, 'hex'))
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error
    throw new Error('it is zero or too large; make one with: openssl rand -hex 32')
  }
  return given.toLowerCase()
}
