import { generateKeyPair, type KeyPair } from '@atoll/crypto'
import { createServiceJwt } from '@atoll/xrpc-server'
import { describe, expect, it } from 'vitest'
import { type AccessScope, SessionTokens } from '../sessions/session-tokens.ts'
import { type Access, createAccess } from './access.ts'

const service = 'did:web:pds.test'
const moderatorDid = 'did:web:mod.test'
const nsid = 'com.atproto.admin.updateSubjectStatus'
const keyPair = generateKeyPair('k256')
const tokens = new SessionTokens({ secret: 'a secret of the tests', audience: service })

function access(moderator: typeof moderatorDid | undefined): Access {
  return createAccess({
    tokens,
    service,
    moderator,
    accounts: { requireNotTakendown: async (did) => ({ did }) as never },
    admin: { require: async () => ({ kind: 'admin' }) },
    // The tests ask for keys only: a document with the key of whoever signs.
    lookUps: {
      of: () => ({
        resolveDid: async (id: string) => ({
          id,
          verificationMethod: [
            {
              id: `${id}#atproto`,
              type: 'Multikey',
              controller: id,
              publicKeyMultibase: keyPair.didKey().slice('did:key:'.length),
            },
          ],
        }),
      }),
    } as never,
  })
}

const requestWith = (authorization: string) =>
  ({
    nsid,
    headers: new Headers({ authorization }),
    ip: '203.0.113.1',
    signal: new AbortController().signal,
    responseHeaders: new Headers(),
  }) as never
const outcomeOf = async (call: () => unknown): Promise<unknown> => {
  try {
    return await call()
  } catch (error) {
    const { status, error: name, message } = error as { status: number; error: string; message: string }
    return { status, error: name, message }
  }
}

describe('a session', () => {
  const scopes: readonly AccessScope[] = [
    'com.atproto.access',
    'com.atproto.appPassPrivileged',
    'com.atproto.appPass',
    'com.atproto.takendown',
    'com.atproto.signupQueued',
  ]
  it.each([
    ['account', [true, true, true, false, false]],
    ['fullAccount', [true, false, false, false, false]],
    ['writer', [true, true, true, false, false]],
    ['takendown', [true, true, true, true, false]],
    ['signedUp', [true, true, true, false, true]],
  ] as const)('may call a method for %s by its scope', async (who, wanted) => {
    const may = access(undefined)[who]
    for (const [index, scope] of scopes.entries()) {
      const outcome = await outcomeOf(() => may(requestWith(`Bearer ${tokens.createAccess('did:plc:alice', scope)}`)))
      const refused = { status: 400, error: 'InvalidToken', message: 'Bad token scope' }
      expect(outcome, scope).toEqual(wanted[index] ? { kind: 'account', did: 'did:plc:alice', scope } : refused)
    }
  })
})

describe('a moderator', () => {
  const call = (may: Access, iss: string, claims: { lxm?: string; aud?: string; pair?: KeyPair } = {}) => {
    const { lxm = nsid, aud = service, pair = keyPair } = claims
    return outcomeOf(() => may.moderator(requestWith(`Bearer ${createServiceJwt({ iss, aud, lxm, keyPair: pair })}`)))
  }
  const may = access(moderatorDid)
  const untrusted = { status: 401, error: 'UntrustedIss', message: 'Untrusted issuer' }

  it('is the administrator, or the service that the operator names', async () => {
    expect(await outcomeOf(() => may.moderator(requestWith('Basic x')))).toEqual({ kind: 'admin' })
    const moderator = { kind: 'moderator', did: moderatorDid }
    expect(await call(may, moderatorDid)).toEqual(moderator)
    expect(await call(may, `${moderatorDid}#atproto_labeler`)).toEqual(moderator)
  })

  it('is nobody else', async () => {
    expect(await call(may, 'did:web:other.test')).toEqual(untrusted)
    expect(await call(may, `${moderatorDid}#other`)).toEqual(untrusted)
    expect(await call(access(undefined), moderatorDid)).toEqual(untrusted)
  })

  it('needs a token for this method of this server, with its own signature', async () => {
    const refused = { status: 401 }
    expect(await call(may, moderatorDid, { lxm: 'com.atproto.admin.sendEmail' })).toMatchObject({
      ...refused,
      error: 'BadJwtLexiconMethod',
    })
    expect(await call(may, moderatorDid, { aud: 'did:web:other.test' })).toMatchObject({
      ...refused,
      error: 'BadJwtAudience',
    })
    expect(await call(may, moderatorDid, { pair: generateKeyPair('k256') })).toMatchObject({
      ...refused,
      error: 'BadJwtSignature',
    })
  })
})
