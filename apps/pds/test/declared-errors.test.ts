import { readFileSync } from 'node:fs'
import { lexicons } from '@atoll/lexicons'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PdsUnderTest } from './pds-under-test.ts'

/** Which test provokes each error that a method declares, by method: files beside this one. */
const provoked: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'com.atproto.identity.refreshIdentity': {
    DidDeactivated: 'identities',
    DidNotFound: 'identities',
    HandleNotFound: 'identities',
  },
  'com.atproto.identity.resolveDid': { DidDeactivated: 'identities', DidNotFound: 'identities' },
  'com.atproto.identity.resolveHandle': { HandleNotFound: 'visibility' },
  'com.atproto.identity.resolveIdentity': {
    DidDeactivated: 'identities',
    DidNotFound: 'identities',
    HandleNotFound: 'identities',
  },
  'com.atproto.repo.applyWrites': { InvalidSwap: 'records', RecordAlreadyExists: 'records' },
  'com.atproto.repo.createRecord': { InvalidSwap: 'records', RecordAlreadyExists: 'records' },
  'com.atproto.repo.deleteRecord': { InvalidSwap: 'records' },
  'com.atproto.repo.getRecord': { RecordNotFound: 'records' },
  'com.atproto.repo.putRecord': { InvalidSwap: 'records' },
  'com.atproto.server.confirmEmail': {
    ExpiredToken: 'mailed-codes',
    InvalidEmail: 'mailed-codes',
    InvalidToken: 'mailed-codes',
  },
  'com.atproto.server.createAccount': {
    HandleNotAvailable: 'accounts',
    IncompatibleDidDoc: 'moving-in',
    InvalidHandle: 'accounts',
    InvalidInviteCode: 'joining',
    InvalidPassword: 'accounts',
    UnresolvableDid: 'moving-in',
    UnsupportedDomain: 'accounts',
  },
  'com.atproto.server.createAppPassword': { AccountTakedown: 'app-password-methods' },
  'com.atproto.server.createSession': { AccountTakedown: 'taken-down', AuthFactorTokenRequired: 'second-factors' },
  'com.atproto.server.deleteAccount': { ExpiredToken: 'mailed-codes', InvalidToken: 'mailed-codes' },
  'com.atproto.server.deleteSession': { ExpiredToken: 'sessions', InvalidToken: 'sessions' },
  'com.atproto.server.getAccountInviteCodes': { DuplicateCreate: 'joining' },
  'com.atproto.server.getServiceAuth': { BadExpiration: 'service-tokens' },
  'com.atproto.server.listAppPasswords': { AccountTakedown: 'app-password-methods' },
  'com.atproto.server.refreshSession': {
    AccountTakedown: 'taken-down',
    ExpiredToken: 'sessions',
    InvalidToken: 'sessions',
  },
  'com.atproto.server.resetPassword': { ExpiredToken: 'mailed-codes', InvalidToken: 'mailed-codes' },
  'com.atproto.server.updateEmail': {
    ExpiredToken: 'mailed-codes',
    InvalidToken: 'mailed-codes',
    TokenRequired: 'mailed-codes',
  },
  'com.atproto.sync.getBlob': {
    BlobNotFound: 'blobs',
    RepoDeactivated: 'visibility',
    RepoNotFound: 'visibility',
    RepoTakendown: 'visibility',
  },
  'com.atproto.sync.getBlocks': {
    BlockNotFound: 'sync',
    RepoDeactivated: 'visibility',
    RepoNotFound: 'visibility',
    RepoTakendown: 'visibility',
  },
  'com.atproto.sync.getLatestCommit': {
    RepoDeactivated: 'visibility',
    RepoNotFound: 'visibility',
    RepoTakendown: 'visibility',
  },
  'com.atproto.sync.getRecord': {
    RecordNotFound: 'administration',
    RepoDeactivated: 'visibility',
    RepoNotFound: 'visibility',
    RepoTakendown: 'visibility',
  },
  'com.atproto.sync.getRepo': {
    RepoDeactivated: 'visibility',
    RepoNotFound: 'visibility',
    RepoTakendown: 'visibility',
  },
  'com.atproto.sync.getRepoStatus': { RepoNotFound: 'visibility' },
  'com.atproto.sync.listBlobs': {
    RepoDeactivated: 'visibility',
    RepoNotFound: 'visibility',
    RepoTakendown: 'visibility',
  },
  'com.atproto.sync.subscribeRepos': {
    ConsumerTooSlow: '../../../e2e/src/faults/slow-clients',
    FutureCursor: 'subscribing',
  },
  'dev.atoll.account.createRecoveryCodes': { AuthFactorTokenRequired: 'second-factors' },
  'dev.atoll.account.createTotp': { AuthFactorTokenRequired: 'second-factors' },
  'dev.atoll.account.removeTotp': { AuthFactorTokenRequired: 'second-factors' },
  'dev.atoll.account.withdrawSignUp': { NotWaiting: 'sign-up-queue' },
  'dev.atoll.admin.getBlobUsage': { NotFound: 'blob-quotas' },
  'dev.atoll.admin.listBlobUses': { NotFound: 'blob-quotas' },
  'dev.atoll.admin.setBlobQuota': { NotFound: 'blob-quotas' },
}

/** Errors that this server never answers with, whatever is asked. */
const unreachable: Readonly<Record<string, string>> = {
  HeadNotFound: 'an account has a repository from its first moment on',
  RepoSuspended: 'no account is suspended here: it is active, deactivated or taken down',
}

/** Pairs of method and error without a test of their own so far. */
const withoutTest: Readonly<Record<string, string>> = {
  'com.atproto.server.confirmEmail AccountNotFound': 'needs a token of an account that was deleted',
}

describe('the errors that lexicons declare', () => {
  let pds: PdsUnderTest
  /** Of methods that are served here. */
  const declared: { readonly nsid: string; readonly error: string }[] = []

  beforeAll(async () => {
    pds = await PdsUnderTest.start()
    for (const nsid of lexicons().nsids()) {
      const method = lexicons().method(nsid)
      if (!method) continue
      const { status } = await pds.fetch(`/xrpc/${nsid}`, { method: method.kind === 'procedure' ? 'POST' : 'GET' })
      if (status !== 501) declared.push(...method.errors.map((error) => ({ nsid, error })))
    }
  })
  afterAll(() => pds.close())

  it('are each provoked by a test, or listed here with the reason', () => {
    const unlisted = declared.filter(({ nsid, error }) => {
      return !provoked[nsid]?.[error] && !unreachable[error] && !withoutTest[`${nsid} ${error}`]
    })
    expect(unlisted).toEqual([])
  })

  it('are named, with their methods, by the tests that are listed', () => {
    for (const [nsid, errors] of Object.entries(provoked)) {
      const method = nsid.slice(nsid.lastIndexOf('.') + 1)
      for (const [error, file] of Object.entries(errors)) {
        const text = readFileSync(new URL(`${file}.test.ts`, import.meta.url), 'utf8')
        // The words, for names are written in pieces or whole.
        for (const word of [method, error]) {
          expect({ file, error, found: text.includes(word) }).toMatchObject({ found: true })
        }
      }
    }
  })

  it('are declared still, where this list has them', () => {
    const listed = [
      ...Object.entries(provoked).flatMap(([nsid, errors]) => Object.keys(errors).map((error) => `${nsid} ${error}`)),
      ...Object.keys(withoutTest),
    ]
    for (const pair of listed) {
      const [nsid = '', error = ''] = pair.split(' ')
      expect(lexicons().method(nsid)?.errors, pair).toContain(error)
    }
  })
})
