import type { Decision } from '../verdicts.ts'

const lib = ['@did-plc/lib']
const method = 'https://web.plc.directory/spec/v0.1/did-plc'
const cryptography = 'https://atproto.com/specs/cryptography'

/**
 * Where a judge differs on an audit log, and why the vectors say what they say. A case is its note.
 */
export const decisions: Decision[] = [
  {
    file: 'plc/audit-logs-invalid',
    judges: lib,
    covers: (note) => note === 'a DID with one more digit of the hash',
    why: 'An identifier has 24 digits; the library takes any beginning of the hash that has as many or more.',
    specification: `${method}#identifier-syntax`,
  },
  {
    file: 'plc/audit-logs-invalid',
    judges: lib,
    covers: (note) => note.includes('the high value for s'),
    why: 'The low value for s is required on both curves; the @atproto/crypto of the library (0.1.0) looks at K-256 only.',
    specification: `${cryptography}#ecdsa-signature-malleability`,
  },
  {
    file: 'plc/audit-logs-invalid',
    judges: lib,
    covers: (note) => note === 'a signature in the form of X.509',
    why: 'A signature is r and s in 64 bytes; the @atproto/crypto of the library (0.1.0) takes DER as well.',
    specification: `${method}#operation-serialization-signing-and-validation`,
  },
  {
    file: 'plc/audit-logs-invalid',
    judges: lib,
    covers: (note) => note.includes('padding'),
    why: 'The encoding is base64url without padding: otherwise one operation has several hashes.',
    specification: `${method}#operation-serialization-signing-and-validation`,
  },
  {
    file: 'plc/audit-logs-invalid',
    judges: lib,
    covers: (note) => note === 'an operation of 7,501 bytes',
    why: 'An operation has at most 7,500 bytes; in the reference, the directory and not its library sees to that.',
    specification: `${method}#operation-serialization-signing-and-validation`,
  },
  {
    file: 'plc/audit-logs-invalid',
    judges: lib,
    covers: (note) => note.startsWith('a time ') || note.startsWith('a recovery in the same millisecond'),
    why: 'Time stamps are what recovery is judged by, and an audit log is in their order; the library stamps operations itself.',
    specification: `${method}#key-rotation-and-account-recovery`,
  },
]
