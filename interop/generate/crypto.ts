import * as theirs from '@atcute/crypto'
import * as ours from '@atoll/crypto'
import * as reference from '@atproto/crypto'
import { base58btc } from 'multiformats/bases/base58'
import { decisions } from './crypto/decisions.ts'
import { type CurveName, toBytes } from './crypto/ecdsa.ts'
import { didKeyCases, keyPairs } from './crypto/keys.ts'
import { type SignatureCase, signatureCases } from './crypto/signatures.ts'
import { jsonLines, jsonText } from './json.ts'
import { Verdicts, verdictOf } from './verdicts.ts'

/** Key pairs, did:keys and signatures of both curves, good and bad. */
export async function cryptoVectors(): Promise<Map<string, string>> {
  const verdicts = new Verdicts(decisions)
  const files = new Map<string, string>()
  for (const [curve, name] of [
    ['p256', 'w3c_didkey_P256'],
    ['k256', 'w3c_didkey_K256'],
  ] as const) {
    const file = `crypto/${name}.json`
    const pairs = keyPairs(curve)
    for (const { secret, publicDidKey } of pairs) {
      verdicts.compare(file, publicDidKey, publicDidKey, await derivedKeys(curve, toBytes(secret)))
    }
    files.set(
      file,
      jsonLines(pairs.map(({ secret, publicDidKey }) => ({ ...privateKey(curve, toBytes(secret)), publicDidKey }))),
    )
  }
  const didKeys = didKeyCases()
  for (const { note, didKey, valid } of didKeys) {
    verdicts.compare('crypto/did-keys.json', note, valid ? 'valid' : 'invalid', await parsedKeys(didKey))
  }
  files.set('crypto/did-keys.json', jsonLines(didKeys))
  const signatures = signatureCases()
  for (const one of signatures) {
    verdicts.compare(
      'crypto/signature-fixtures.json',
      one.comment,
      one.validSignature ? 'valid' : 'invalid',
      await verified(one),
    )
  }
  files.set('crypto/signature-fixtures.json', jsonText(signatures))
  files.set('crypto/disagreements.json', jsonLines(verdicts.disagreements()))
  return files
}

/** In the form of the published files: hexadecimal for K-256, base58 without a prefix for P-256. */
function privateKey(curve: CurveName, secret: Uint8Array): Record<string, string> {
  if (curve === 'k256') return { privateKeyBytesHex: Buffer.from(secret).toString('hex') }
  return { privateKeyBytesBase58: base58btc.encode(secret).slice(1) }
}

async function derivedKeys(curve: CurveName, secret: Uint8Array): Promise<Record<string, string>> {
  const { P256Keypair, Secp256k1Keypair } = reference
  const theirPair = await (curve === 'p256' ? P256Keypair.import(secret) : Secp256k1Keypair.import(secret))
  return {
    '@atoll/crypto': ours.importKeyPair(curve, secret).didKey(),
    '@atproto/crypto': theirPair.did(),
  }
}

async function parsedKeys(didKey: string): Promise<Record<string, string>> {
  return {
    '@atoll/crypto': await verdictOf(() => ours.parseDidKey(didKey)),
    '@atproto/crypto': await verdictOf(() => reference.parseDidKey(didKey)),
    '@atcute/crypto': await verdictOf(() => importedByAtcute(didKey)),
  }
}

/** Its parser does not check the point; the import does. */
async function importedByAtcute(didKey: string): Promise<unknown> {
  const { type, publicKeyBytes } = theirs.parseDidKey(didKey)
  const { P256PublicKey, Secp256k1PublicKey } = theirs
  return type === 'p256' ? P256PublicKey.importRaw(publicKeyBytes) : Secp256k1PublicKey.importRaw(publicKeyBytes)
}

async function verified({
  publicKeyDid,
  messageBase64,
  signatureBase64,
}: SignatureCase): Promise<Record<string, string>> {
  const message = Uint8Array.from(Buffer.from(messageBase64, 'base64'))
  const signature = Uint8Array.from(Buffer.from(signatureBase64, 'base64'))
  return {
    '@atoll/crypto': await verdictOf(() => ours.verifySignature(ours.parseDidKey(publicKeyDid), message, signature)),
    '@atproto/crypto': await verdictOf(() => reference.verifySignature(publicKeyDid, message, signature)),
    '@atcute/crypto': await verdictOf(() => theirs.verifySigWithDidKey(publicKeyDid, signature, message)),
  }
}
