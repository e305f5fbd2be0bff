import * as identity from '@atoll/lexicons/com.atproto.identity'
import * as repo from '@atoll/lexicons/com.atproto.repo'
import * as server from '@atoll/lexicons/com.atproto.server'
import * as sync from '@atoll/lexicons/com.atproto.sync'
import { route, stream } from '@atoll/xrpc-server'
import type { Access } from './access.ts'
import { limits } from './limits.ts'
import { blankIsAbsent } from './methods/blank-is-absent.ts'
import { resolveHandle } from './methods/com.atproto.identity/resolveHandle.ts'
import { updateHandle } from './methods/com.atproto.identity/updateHandle.ts'
import { applyWrites } from './methods/com.atproto.repo/applyWrites.ts'
import { createRecord } from './methods/com.atproto.repo/createRecord.ts'
import { deleteRecord } from './methods/com.atproto.repo/deleteRecord.ts'
import { describeRepo } from './methods/com.atproto.repo/describeRepo.ts'
import { getRecord } from './methods/com.atproto.repo/getRecord.ts'
import { listRecords } from './methods/com.atproto.repo/listRecords.ts'
import { putRecord } from './methods/com.atproto.repo/putRecord.ts'
import { uploadBlob } from './methods/com.atproto.repo/uploadBlob.ts'
import { createAccount } from './methods/com.atproto.server/createAccount.ts'
import { createSession } from './methods/com.atproto.server/createSession.ts'
import { deleteSession } from './methods/com.atproto.server/deleteSession.ts'
import { describeServer } from './methods/com.atproto.server/describeServer.ts'
import { getSession } from './methods/com.atproto.server/getSession.ts'
import { refreshSession } from './methods/com.atproto.server/refreshSession.ts'
import { getBlob } from './methods/com.atproto.sync/getBlob.ts'
import { getBlocks } from './methods/com.atproto.sync/getBlocks.ts'
import { getCheckout } from './methods/com.atproto.sync/getCheckout.ts'
import { getHead } from './methods/com.atproto.sync/getHead.ts'
import { getLatestCommit } from './methods/com.atproto.sync/getLatestCommit.ts'
import { getRecord as getRecordProof } from './methods/com.atproto.sync/getRecord.ts'
import { getRepo } from './methods/com.atproto.sync/getRepo.ts'
import { getRepoStatus } from './methods/com.atproto.sync/getRepoStatus.ts'
import { listBlobs } from './methods/com.atproto.sync/listBlobs.ts'
import { listRepos } from './methods/com.atproto.sync/listRepos.ts'
import { subscribeRepos } from './methods/com.atproto.sync/subscribeRepos.ts'
import type { Services } from './services.ts'

const megabyte = 1_000_000

/** The service on one page: every method, who may call it, who answers, and what it costs. */
export const routes = (s: Services, may: Access) => [
  route(blankIsAbsent(server.createAccount), may.newcomer, createAccount(s), { limits: limits.createAccount }),
  route(server.createSession, may.anyone, createSession(s), { limits: limits.createSession }),
  route(server.refreshSession, may.refresh, refreshSession(s)),
  route(server.deleteSession, may.expiredRefresh, deleteSession(s)),
  route(server.getSession, may.account, getSession(s)),
  route(server.describeServer, may.anyone, describeServer(s)),

  route(repo.createRecord, may.account, createRecord(s), { points: 3, maxBytes: megabyte }),
  route(repo.putRecord, may.account, putRecord(s), { points: 2, maxBytes: megabyte }),
  route(repo.deleteRecord, may.account, deleteRecord(s), { points: 1 }),
  route(repo.applyWrites, may.account, applyWrites(s), { points: writePoints, maxBytes: megabyte }),
  route(repo.getRecord, may.anyone, getRecord(s)),
  route(repo.listRecords, may.anyone, listRecords(s)),
  route(repo.describeRepo, may.anyone, describeRepo(s)),
  route(repo.uploadBlob, may.account, uploadBlob(s), {
    maxBytes: s.config.blobs.uploadLimit,
    limits: limits.uploadBlob,
  }),

  route(sync.getRepo, may.reader, getRepo(s)),
  route(sync.getRecord, may.reader, getRecordProof(s)),
  route(sync.getBlocks, may.reader, getBlocks(s)),
  route(sync.getLatestCommit, may.reader, getLatestCommit(s)),
  route(sync.getRepoStatus, may.anyone, getRepoStatus(s)),
  route(sync.getBlob, may.reader, getBlob(s)),
  route(sync.listBlobs, may.reader, listBlobs(s)),
  route(sync.listRepos, may.anyone, listRepos(s)),
  stream(sync.subscribeRepos, may.anyone, subscribeRepos(s)),

  // Deprecated, and still asked for.
  route(sync.getHead, may.reader, getHead(s)),
  route(sync.getCheckout, may.reader, getCheckout(s)),

  route(identity.resolveHandle, may.anyone, resolveHandle(s)),
  route(identity.updateHandle, may.account, updateHandle(s), { limits: limits.updateHandle }),
]

/** What a batch costs: as much as its writes one by one. */
function writePoints({ input }: { input: repo.ApplyWritesInput }): number {
  return input.writes.reduce(
    (sum, { $type }) => sum + ($type.endsWith('#create') ? 3 : $type.endsWith('#update') ? 2 : 1),
    0,
  )
}

/** Methods that the lexicons describe and other services answer: the relay, the labeler. */
export const servedElsewhere: readonly string[] = [
  'com.atproto.label.queryLabels',
  'com.atproto.label.subscribeLabels',
  'com.atproto.moderation.createReport',
  'com.atproto.sync.getHostStatus',
  'com.atproto.sync.listHosts',
  'com.atproto.sync.notifyOfUpdate',
  'com.atproto.sync.requestCrawl',
  'com.atproto.temp.fetchLabels',
]

/** Methods of a personal data server that are still to come. */
export const stillToCome: readonly string[] = [
  'app.bsky.actor.getPreferences',
  'app.bsky.actor.putPreferences',
  'com.atproto.admin.deleteAccount',
  'com.atproto.admin.disableAccountInvites',
  'com.atproto.admin.disableInviteCodes',
  'com.atproto.admin.enableAccountInvites',
  'com.atproto.admin.getAccountInfo',
  'com.atproto.admin.getAccountInfos',
  'com.atproto.admin.getInviteCodes',
  'com.atproto.admin.getSubjectStatus',
  'com.atproto.admin.searchAccounts',
  'com.atproto.admin.sendEmail',
  'com.atproto.admin.updateAccountEmail',
  'com.atproto.admin.updateAccountHandle',
  'com.atproto.admin.updateAccountPassword',
  'com.atproto.admin.updateAccountSigningKey',
  'com.atproto.admin.updateSubjectStatus',
  'com.atproto.identity.getRecommendedDidCredentials',
  'com.atproto.identity.refreshIdentity',
  'com.atproto.identity.requestPlcOperationSignature',
  'com.atproto.identity.resolveDid',
  'com.atproto.identity.resolveIdentity',
  'com.atproto.identity.signPlcOperation',
  'com.atproto.identity.submitPlcOperation',
  'com.atproto.lexicon.resolveLexicon',
  'com.atproto.repo.importRepo',
  'com.atproto.repo.listMissingBlobs',
  'com.atproto.server.activateAccount',
  'com.atproto.server.checkAccountStatus',
  'com.atproto.server.confirmEmail',
  'com.atproto.server.createAppPassword',
  'com.atproto.server.createInviteCode',
  'com.atproto.server.createInviteCodes',
  'com.atproto.server.deactivateAccount',
  'com.atproto.server.deleteAccount',
  'com.atproto.server.getAccountInviteCodes',
  'com.atproto.server.getServiceAuth',
  'com.atproto.server.listAppPasswords',
  'com.atproto.server.requestAccountDelete',
  'com.atproto.server.requestEmailConfirmation',
  'com.atproto.server.requestEmailUpdate',
  'com.atproto.server.requestPasswordReset',
  'com.atproto.server.reserveSigningKey',
  'com.atproto.server.resetPassword',
  'com.atproto.server.revokeAppPassword',
  'com.atproto.server.updateEmail',
  'com.atproto.sync.listReposByCollection',
  'com.atproto.temp.addReservedHandle',
  'com.atproto.temp.checkHandleAvailability',
  'com.atproto.temp.checkSignupQueue',
  'com.atproto.temp.dereferenceScope',
  'com.atproto.temp.requestPhoneVerification',
  'com.atproto.temp.revokeAccountCredentials',
]
