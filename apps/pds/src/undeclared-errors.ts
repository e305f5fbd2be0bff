import type { ErrorName } from '@atoll/lexicons'

/**
 * Names that no lexicon declares. They come from this network's first servers, and apps show them:
 * that a DID which moves in has an account here already; that the reference to a blob in a record
 * gives another type or size than the blob was uploaded with. BlobQuotaExceeded is ours: no lexicon
 * foresees quotas.
 */
export type UndeclaredErrorName = 'AlreadyExists' | 'BlobQuotaExceeded' | 'InvalidMimeType' | 'InvalidSize'

/**
 * Why a repository cannot be read: declared by the methods of com.atproto.sync, but not by the
 * older ones.
 */
const unreadableRepo = ['RepoNotFound', 'RepoTakendown', 'RepoSuspended', 'RepoDeactivated'] as const

/**
 * What is wrong with a write, beyond its swaps: there is no repository, or a record refers to a
 * blob in a wrong way.
 */
const impossibleWrite = ['RepoNotFound', 'BlobNotFound', 'InvalidMimeType', 'InvalidSize'] as const

/**
 * What a method refuses with although its lexicon does not declare it and it is not a general
 * error: clients know these names from methods that do declare them, or from other servers.
 */
export const undeclaredErrors = {
  'com.atproto.temp.addReservedHandle': ['InvalidHandle'],
  'com.atproto.admin.updateAccountHandle': ['HandleNotAvailable', 'InvalidHandle', 'UnsupportedDomain'],
  'com.atproto.identity.refreshIdentity': ['InvalidHandle'], // as resolveHandle
  'com.atproto.identity.resolveIdentity': ['InvalidHandle'],
  'com.atproto.identity.resolveHandle': ['InvalidHandle'], // a top-level domain that no handle may have
  'com.atproto.identity.updateHandle': ['HandleNotAvailable', 'InvalidHandle', 'UnsupportedDomain'], // as createAccount
  'com.atproto.repo.applyWrites': impossibleWrite,
  'com.atproto.repo.createRecord': impossibleWrite,
  'com.atproto.repo.deleteRecord': ['RepoNotFound'],
  'com.atproto.repo.describeRepo': unreadableRepo,
  'com.atproto.repo.putRecord': impossibleWrite,
  'com.atproto.repo.uploadBlob': ['BlobQuotaExceeded'],
  'com.atproto.server.createAccount': ['AlreadyExists'],
  'com.atproto.sync.getCheckout': unreadableRepo,
  'com.atproto.sync.getHead': unreadableRepo,
} satisfies Readonly<Record<string, readonly (ErrorName | UndeclaredErrorName)[]>>
