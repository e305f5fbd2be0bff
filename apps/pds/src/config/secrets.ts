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
} as const

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
