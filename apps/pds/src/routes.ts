import * as admin from '@atoll/lexicons/com.atproto.admin'
import * as identity from '@atoll/lexicons/com.atproto.identity'
import * as repo from '@atoll/lexicons/com.atproto.repo'
import * as server from '@atoll/lexicons/com.atproto.server'
import * as sync from '@atoll/lexicons/com.atproto.sync'
import * as temp from '@atoll/lexicons/com.atproto.temp'
import * as ownAccount from '@atoll/lexicons/dev.atoll.account'
import * as ownAdmin from '@atoll/lexicons/dev.atoll.admin'
import { route, stream } from '@atoll/xrpc-server'
import type { Access } from './access/access.ts'
import { blankIsAbsent } from './methods/blank-is-absent.ts'
import * as adminMethods from './methods/com.atproto.admin/index.ts'
import * as identityMethods from './methods/com.atproto.identity/index.ts'
import * as repoMethods from './methods/com.atproto.repo/index.ts'
import * as serverMethods from './methods/com.atproto.server/index.ts'
import * as syncMethods from './methods/com.atproto.sync/index.ts'
import * as tempMethods from './methods/com.atproto.temp/index.ts'
import * as ownAccountMethods from './methods/dev.atoll.account/index.ts'
import * as ownAdminMethods from './methods/dev.atoll.admin/index.ts'
import { limits } from './rate-limits.ts'
import type { Services } from './services.ts'

const megabyte = 1_000_000

/** The service on one page: every method, who may call it, its handler, and what it costs. */
export const routes = (s: Services, may: Access) => [
  route(blankIsAbsent(server.createAccount), may.newcomer, serverMethods.createAccount(s), {
    limits: limits.createAccount,
  }),
  route(server.createSession, may.anyone, serverMethods.createSession(s), { limits: limits.createSession }),
  route(server.refreshSession, may.refresh, serverMethods.refreshSession(s)),
  route(server.deleteSession, may.expiredRefresh, serverMethods.deleteSession(s)),
  route(server.getSession, may.signedUp, serverMethods.getSession(s)),
  route(server.createAppPassword, may.fullAccount, serverMethods.createAppPassword(s)),
  route(server.listAppPasswords, may.account, serverMethods.listAppPasswords(s)),
  route(server.revokeAppPassword, may.account, serverMethods.revokeAppPassword(s)),
  route(ownAccount.getFactors, may.fullAccount, ownAccountMethods.getFactors(s)),
  route(ownAccount.createTotp, may.fullAccount, ownAccountMethods.createTotp(s), { limits: limits.secondFactors }),
  route(ownAccount.confirmTotp, may.fullAccount, ownAccountMethods.confirmTotp(s), { limits: limits.secondFactors }),
  route(ownAccount.removeTotp, may.fullAccount, ownAccountMethods.removeTotp(s), { limits: limits.secondFactors }),
  route(ownAccount.createRecoveryCodes, may.fullAccount, ownAccountMethods.createRecoveryCodes(s), {
    limits: limits.secondFactors,
  }),
  route(server.getServiceAuth, may.account, serverMethods.getServiceAuth(s)),
  route(server.reserveSigningKey, may.anyone, serverMethods.reserveSigningKey(s), {
    limits: limits.reserveSigningKey,
  }),
  route(server.describeServer, may.anyone, serverMethods.describeServer(s)),

  route(server.createInviteCode, may.admin, serverMethods.createInviteCode(s)),
  route(server.createInviteCodes, may.admin, serverMethods.createInviteCodes(s)),
  route(server.getAccountInviteCodes, may.fullAccount, serverMethods.getAccountInviteCodes(s)),

  route(temp.addReservedHandle, may.admin, tempMethods.addReservedHandle(s)),
  route(temp.checkSignupQueue, may.signedUp, tempMethods.checkSignupQueue(s)),
  route(ownAccount.updateDidDocument, may.fullAccount, ownAccountMethods.updateDidDocument(s), {
    limits: limits.plcOperations,
  }),
  route(ownAccount.withdrawSignUp, may.signedUp, ownAccountMethods.withdrawSignUp(s)),
  route(ownAdmin.listSignUps, may.admin, ownAdminMethods.listSignUps(s)),
  route(ownAdmin.approveSignUps, may.admin, ownAdminMethods.approveSignUps(s)),
  route(ownAdmin.refuseSignUps, may.admin, ownAdminMethods.refuseSignUps(s)),
  route(ownAdmin.getBlobUsage, may.admin, ownAdminMethods.getBlobUsage(s)),
  route(ownAdmin.listBlobUsage, may.admin, ownAdminMethods.listBlobUsage(s)),
  route(ownAdmin.listBlobUses, may.admin, ownAdminMethods.listBlobUses(s)),
  route(ownAdmin.setBlobQuota, may.admin, ownAdminMethods.setBlobQuota(s)),

  route(admin.disableAccountInvites, may.moderator, adminMethods.disableAccountInvites(s)),
  route(admin.enableAccountInvites, may.moderator, adminMethods.enableAccountInvites(s)),
  route(admin.disableInviteCodes, may.moderator, adminMethods.disableInviteCodes(s)),
  route(admin.getInviteCodes, may.moderator, adminMethods.getInviteCodes(s)),
  route(server.requestEmailConfirmation, may.account, serverMethods.requestEmailConfirmation(s), {
    limits: limits.requestEmailConfirmation,
  }),
  route(server.confirmEmail, may.account, serverMethods.confirmEmail(s)),
  route(server.requestEmailUpdate, may.fullAccount, serverMethods.requestEmailUpdate(s), {
    limits: limits.requestEmailUpdate,
  }),
  route(server.updateEmail, may.fullAccount, serverMethods.updateEmail(s)),
  route(server.requestPasswordReset, may.anyone, serverMethods.requestPasswordReset(s), {
    limits: limits.requestPasswordReset,
  }),
  route(server.resetPassword, may.anyone, serverMethods.resetPassword(s), { limits: limits.resetPassword }),

  route(server.deactivateAccount, may.fullAccount, serverMethods.deactivateAccount(s)),
  route(server.activateAccount, may.fullAccount, serverMethods.activateAccount(s), { limits: limits.activateAccount }),
  route(server.checkAccountStatus, may.account, serverMethods.checkAccountStatus(s), {
    limits: limits.checkAccountStatus,
  }),
  route(server.requestAccountDelete, may.fullAccount, serverMethods.requestAccountDelete(s), {
    limits: limits.requestAccountDelete,
  }),
  route(server.deleteAccount, may.anyone, serverMethods.deleteAccount(s), { limits: limits.deleteAccount }),
  route(admin.deleteAccount, may.admin, adminMethods.deleteAccount(s)),

  route(repo.createRecord, may.writer, repoMethods.createRecord(s), { points: 3, maxBytes: megabyte }),
  route(repo.putRecord, may.writer, repoMethods.putRecord(s), { points: 2, maxBytes: megabyte }),
  route(repo.deleteRecord, may.writer, repoMethods.deleteRecord(s), { points: 1 }),
  route(repo.applyWrites, may.writer, repoMethods.applyWrites(s), {
    points: repoMethods.writePoints,
    maxBytes: megabyte,
  }),
  route(repo.getRecord, may.anyone, repoMethods.getRecord(s)),
  route(repo.listRecords, may.anyone, repoMethods.listRecords(s)),
  route(repo.describeRepo, may.anyone, repoMethods.describeRepo(s)),
  route(repo.uploadBlob, may.accountOrServiceToken, repoMethods.uploadBlob(s), {
    maxBytes: s.config.blobs.uploadLimit,
    limits: limits.uploadBlob,
    skipGlobalLimits: true,
  }),
  route(repo.importRepo, may.fullAccount, repoMethods.importRepo(s), {
    maxBytes: s.config.imports.maxBytes ?? Number.MAX_SAFE_INTEGER,
    limits: limits.importRepo,
  }),
  route(repo.listMissingBlobs, may.account, repoMethods.listMissingBlobs(s)),

  route(sync.getRepo, may.reader, syncMethods.getRepo(s)),
  route(sync.getRecord, may.reader, syncMethods.getRecord(s)),
  route(sync.getBlocks, may.reader, syncMethods.getBlocks(s)),
  route(sync.getLatestCommit, may.reader, syncMethods.getLatestCommit(s)),
  route(sync.getRepoStatus, may.anyone, syncMethods.getRepoStatus(s)),
  route(sync.getBlob, may.reader, syncMethods.getBlob(s)),
  route(sync.listBlobs, may.reader, syncMethods.listBlobs(s)),
  route(sync.listRepos, may.anyone, syncMethods.listRepos(s)),
  route(sync.listReposByCollection, may.anyone, syncMethods.listReposByCollection(s)),
  stream(sync.subscribeRepos, may.anyone, syncMethods.subscribeRepos(s)),

  // Deprecated, and still in use.
  route(sync.getHead, may.reader, syncMethods.getHead(s)),
  route(sync.getCheckout, may.reader, syncMethods.getCheckout(s)),

  route(identity.resolveHandle, may.anyone, identityMethods.resolveHandle(s)),
  route(identity.resolveDid, may.anyone, identityMethods.resolveDid(s)),
  route(identity.resolveIdentity, may.anyone, identityMethods.resolveIdentity(s)),
  route(identity.refreshIdentity, may.anyone, identityMethods.refreshIdentity(s), { limits: limits.refreshIdentity }),
  route(identity.updateHandle, may.account, identityMethods.updateHandle(s), { limits: limits.updateHandle }),
  route(identity.getRecommendedDidCredentials, may.account, identityMethods.getRecommendedDidCredentials(s)),
  route(identity.requestPlcOperationSignature, may.fullAccount, identityMethods.requestPlcOperationSignature(s), {
    limits: limits.requestPlcOperationSignature,
  }),
  route(identity.signPlcOperation, may.fullAccount, identityMethods.signPlcOperation(s), {
    limits: limits.plcOperations,
  }),
  route(identity.submitPlcOperation, may.fullAccount, identityMethods.submitPlcOperation(s), {
    limits: limits.plcOperations,
  }),

  route(admin.getAccountInfo, may.moderator, adminMethods.getAccountInfo(s)),
  route(admin.getAccountInfos, may.moderator, adminMethods.getAccountInfos(s)),
  route(admin.searchAccounts, may.admin, adminMethods.searchAccounts(s)),
  route(admin.getSubjectStatus, may.moderator, adminMethods.getSubjectStatus(s)),
  route(admin.updateSubjectStatus, may.moderator, adminMethods.updateSubjectStatus(s)),
  route(admin.updateAccountEmail, may.admin, adminMethods.updateAccountEmail(s)),
  route(admin.updateAccountPassword, may.admin, adminMethods.updateAccountPassword(s)),
  route(admin.updateAccountHandle, may.admin, adminMethods.updateAccountHandle(s)),
  route(admin.updateAccountSigningKey, may.admin, adminMethods.updateAccountSigningKey(s)),
  route(admin.sendEmail, may.moderator, adminMethods.sendEmail(s)),
]
