/** What happens to accounts, as requests of a server that approves each sign-up. */
import { type Did, parseDid } from '@atoll/syntax'
import type { BlobJson } from './operation.ts'
import { ask, askBytes, call, type Outcome } from './requests.ts'
import { adminPassword } from './world.ts'

/** The environment of such a server. */
export const changesEnv = { PDS_SIGNUP_MODE: 'approval', PDS_RATE_LIMITS_ENABLED: 'false' }

const collection = 'com.example.note'
let named = 0

export interface ChangingAccount {
  readonly did: Did
  readonly email: string
  readonly token: string
  readonly refreshToken: string
}

interface Session {
  readonly did: string
  readonly accessJwt: string
  readonly refreshJwt: string
}

/** Signs up: to wait for approval, or at once with the administrator's password. */
export async function join(service: string, how: 'to wait' | 'at once'): Promise<ChangingAccount> {
  const name = `change-${named++}`
  const email = `${name}@example.com`
  const { did, accessJwt, refreshJwt } = await ask<Session>(service, 'com.atproto.server.createAccount', {
    input: { handle: `${name}.test`, email, password: 'password of an account' },
    ...(how === 'at once' ? { password: adminPassword } : {}),
  })
  return { did: parseDid(did), email, token: accessJwt, refreshToken: refreshJwt }
}

/** Continues the session of a newcomer who was approved. */
export async function refresh(service: string, newcomer: ChangingAccount): Promise<ChangingAccount> {
  const given = { token: newcomer.refreshToken, method: 'POST' } as const
  const { accessJwt, refreshJwt } = await ask<Session>(service, 'com.atproto.server.refreshSession', given)
  return { ...newcomer, token: accessJwt, refreshToken: refreshJwt }
}

/** Refused with 502 while the directory cannot be told. */
export async function approve(service: string, { did }: ChangingAccount): Promise<Outcome<unknown>> {
  const outcome = await call<{ results: { outcome: string }[] }>(service, 'dev.atoll.admin.approveSignUps', {
    input: { dids: [did] },
    password: adminPassword,
  })
  const decision = outcome.kind === 'ok' ? outcome.body.results[0]?.outcome : 'joined'
  if (decision === 'joined') return outcome
  return { kind: 'refused', status: 502, error: 'delayed', message: String(decision), headers: new Headers() }
}

/** Writes a record with a blob. */
export async function writeWithBlob(service: string, { did, token }: ChangingAccount): Promise<Written> {
  const input = Buffer.from(`a blob of ${did}`)
  const { blob } = await ask<{ blob: BlobJson }>(service, 'com.atproto.repo.uploadBlob', { token, input })
  const record = { $type: collection, text: `of ${did}`, blob }
  const { uri, cid } = await ask<{ uri: string; cid: string }>(service, 'com.atproto.repo.createRecord', {
    token,
    input: { repo: did, collection, record },
  })
  return { uri, cid, blob: blob.ref.$link }
}

export interface Written {
  readonly uri: string
  readonly cid: string
  readonly blob: string
}

/** By the administrator. */
export function remove(service: string, { did }: ChangingAccount): Promise<Outcome<unknown>> {
  return call(service, 'com.atproto.admin.deleteAccount', { input: { did }, password: adminPassword })
}

/** The account, its record and its blob, as subjects of the administrator. */
export const subjectsOf = ({ did }: ChangingAccount, { uri, cid, blob }: Written) => ({
  'an account': { $type: 'com.atproto.admin.defs#repoRef', did },
  'a record': { $type: 'com.atproto.repo.strongRef', uri, cid },
  'a blob': { $type: 'com.atproto.admin.defs#repoBlobRef', did, cid: blob },
})

export function takeDown(service: string, subject: object, applied: boolean): Promise<Outcome<unknown>> {
  const input = { subject, takedown: { applied } }
  return call(service, 'com.atproto.admin.updateSubjectStatus', { input, password: adminPassword })
}

/** What everybody sees: whether the account, its record and its blob are served. */
export async function visible(
  service: string,
  { did }: ChangingAccount,
  { uri, blob }: Written,
): Promise<{ account: boolean; record: boolean; blob: boolean }> {
  const status = await call<{ active: boolean }>(service, 'com.atproto.sync.getRepoStatus', { params: { did } })
  const rkey = uri.split('/').pop()!
  const record = await call(service, 'com.atproto.repo.getRecord', { params: { repo: did, collection, rkey } })
  const bytes = await askBytes(service, 'com.atproto.sync.getBlob', { params: { did, cid: blob } })
  return {
    account: status.kind === 'ok' && status.body.active,
    record: record.kind === 'ok',
    blob: bytes !== undefined,
  }
}

export function requestCode(service: string, { token }: ChangingAccount): Promise<Outcome<unknown>> {
  return call(service, 'com.atproto.server.requestEmailConfirmation', { token, method: 'POST' })
}

export function confirm(service: string, account: ChangingAccount, code: string): Promise<Outcome<unknown>> {
  const input = { email: account.email, token: code }
  return call(service, 'com.atproto.server.confirmEmail', { token: account.token, input })
}

/** A repository as it was exported, with the word that begins its records. */
export interface ExportedFile {
  readonly word: string
  readonly file: Uint8Array
}

/** Twice replaces all records by as many others, and exports the repository each time. */
export async function twoFiles(
  service: string,
  account: ChangingAccount,
  records: number,
): Promise<readonly [ExportedFile, ExportedFile]> {
  const { did, token } = account
  const fileWith = async (word: string): Promise<ExportedFile> => {
    const gone = (await listed(service, account)).map(({ uri }) => {
      return { $type: 'com.atproto.repo.applyWrites#delete', collection, rkey: uri.split('/').pop()! }
    })
    const come = Array.from({ length: records }, (_, n) => {
      return { $type: 'com.atproto.repo.applyWrites#create', collection, value: { text: `${word} ${n}` } }
    })
    const input = { repo: did, writes: [...gone, ...come] }
    await ask(service, 'com.atproto.repo.applyWrites', { token, input })
    const file = await askBytes(service, 'com.atproto.sync.getRepo', { params: { did } })
    if (!file) throw new Error(`${did} is not exported`)
    return { word, file }
  }
  return [await fileWith('one'), await fileWith('two')]
}

export function importFile(service: string, { token }: ChangingAccount, file: Uint8Array): Promise<Outcome<unknown>> {
  return call(service, 'com.atproto.repo.importRepo', { token, input: file, type: 'application/vnd.ipld.car' })
}

/** The first word of each record. */
export async function wordsOf(service: string, account: ChangingAccount): Promise<string[]> {
  return (await listed(service, account)).map(({ value }) => value.text.split(' ')[0]!)
}

async function listed(service: string, { did }: ChangingAccount): Promise<{ uri: string; value: { text: string } }[]> {
  const { records } = await ask<{ records: { uri: string; value: { text: string } }[] }>(
    service,
    'com.atproto.repo.listRecords',
    { params: { repo: did, collection, limit: '100' } },
  )
  return records
}
