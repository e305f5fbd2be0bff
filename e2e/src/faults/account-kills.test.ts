import { setTimeout as sleep } from 'node:timers/promises'
import { decodeMessage } from '@atoll/sync'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { tellFigures } from './figures.ts'
import { isInFiles } from './files.ts'
import { Follower } from './follower.ts'
import type { AccountHandle } from './lane.ts'
import type { BlobJson } from './operation.ts'
import { Random } from './random.ts'
import { ask, askBytes, call } from './requests.ts'
import { signUp } from './sign-ups.ts'
import { openWorld, type World } from './world.ts'

const kills = Number(process.env['FAULT_ACCOUNT_KILLS'] ?? 1)
const takedownKills = Number(process.env['FAULT_TAKEDOWN_KILLS'] ?? 1)
const collection = 'a.b.c'

let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.server.start()
})
afterEach(() => world.close())

/** A procedure that may get no response: undefined then, otherwise whether it was carried out. */
async function post(nsid: string, body: object | undefined, authorization: string): Promise<boolean | undefined> {
  const response = await fetch(`${world.server.url}/xrpc/${nsid}`, {
    method: 'POST',
    headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch(() => undefined)
  return response?.ok
}

/** Writes a record with a blob. */
async function write(account: AccountHandle, marker: string): Promise<{ uri: string; cid: string; blob: string }> {
  const { url } = world.server
  const { token, did } = account
  const bytes = Buffer.from(`${marker} of a blob`)
  const { blob } = await ask<{ blob: BlobJson }>(url, 'com.atproto.repo.uploadBlob', { token, input: bytes })
  const record = { $type: collection, text: marker, blob }
  const input = { repo: did, collection, rkey: 'one', record }
  const written = await ask<{ uri: string; cid: string }>(url, 'com.atproto.repo.createRecord', { token, input })
  return { ...written, blob: blob.ref.$link }
}

const admin = `Basic ${Buffer.from('admin:password of the fault tests').toString('base64')}`
const remove = (did: string) => post('com.atproto.admin.deleteAccount', { did }, admin)

/**
 * Takes something out of service and back until a request gets no response. Resolves to the states
 * that it may be in then.
 */
async function alternate(
  change: (isActive: boolean) => Promise<boolean | undefined>,
  stop: AbortSignal,
): Promise<boolean[]> {
  for (let isActive = true; ; isActive = !isActive) {
    if (stop.aborted) return [isActive]
    const done = await change(!isActive)
    if (done === undefined) return [isActive, !isActive]
    if (!done) throw new Error(`${isActive ? 'taking it out of service' : 'bringing it back'} was refused`)
  }
}

/** By its owner. */
const activate =
  ({ token }: AccountHandle) =>
  (isActive: boolean) =>
    post(
      `com.atproto.server.${isActive ? 'activateAccount' : 'deactivateAccount'}`,
      isActive ? undefined : {},
      `Bearer ${token}`,
    )

/** By the administrator. */
const restore = (subject: object) => (isActive: boolean) =>
  post('com.atproto.admin.updateSubjectStatus', { subject, takedown: { applied: !isActive } }, admin)

/** Whether the administrator is told that an account, a record or a blob is not taken down. */
async function isUp(params: { did?: string; uri?: string; blob?: string }): Promise<boolean> {
  const response = await fetch(
    `${world.server.url}/xrpc/com.atproto.admin.getSubjectStatus?${new URLSearchParams(params)}`,
    { headers: { authorization: admin } },
  )
  return !((await response.json()) as { takedown: { applied: boolean } }).takedown.applied
}

/** Writes records, which are refused now and then, until a request gets no response. */
async function keepWriting({ did, token }: AccountHandle, stop: AbortSignal): Promise<void> {
  const input = { repo: did, collection, record: { $type: collection } }
  while (!stop.aborted) {
    if ((await post('com.atproto.repo.createRecord', input, `Bearer ${token}`)) === undefined) return
  }
}

/**
 * What a new subscriber is told from the beginning, by account: kinds, with the status of
 * `#account`.
 */
async function replay(): Promise<Map<string, string[]>> {
  const told = new Map<string, string[]>()
  // The last account of all: what is older has been told before it.
  const { did: last } = await signUp(world.server.url)
  const follower = new Follower(world.server.url, (bytes) => {
    const decoded = decodeMessage(bytes)
    if (!decoded.ok || !('seq' in decoded.message)) return undefined
    const { message } = decoded
    const status = message.kind === 'account' ? ` ${message.body.status ?? 'active'}` : ''
    told.set(message.did, [...(told.get(message.did) ?? []), `#${message.kind}${status}`])
    return message.seq
  })
  await follower.until(() => told.get(last)?.at(-1) === '#sync').finally(() => follower.close())
  return told
}

it(
  'accounts are deleted, or out of service, as a whole or not at all when the server is killed meanwhile',
  async () => {
    const random = new Random(23)
    const { server } = world
    let [deleted, kept, unclear] = [0, 0, 0]
    for (let round = 0; round < kills; round++) {
      const marker = `xq7marker${round}x`
      const [gone, comes] = [await signUp(server.url), await signUp(server.url)]
      await write(gone, marker)
      const stop = new AbortController()
      const alternating = alternate(activate(comes), stop.signal)
      await sleep(random.between(0, 60))
      const deletion = remove(gone.did)
      await sleep(random.between(0, 150))
      await server.stop('SIGKILL')
      stop.abort()
      const [isDeleted, mayBeActive] = [await deletion, await alternating]
      await server.start()

      const status = await call<{ active: boolean }>(server.url, 'com.atproto.sync.getRepoStatus', {
        params: { did: gone.did },
      })
      const record = await call(server.url, 'com.atproto.repo.getRecord', {
        params: { repo: gone.did, collection, rkey: 'one' },
      })
      const told = await replay()
      if (isDeleted) expect(status).toMatchObject({ kind: 'refused', error: 'RepoNotFound' })
      if (isDeleted === undefined) unclear++
      if (status.kind === 'ok') {
        kept++
        expect(status.body).toMatchObject({ active: true })
        expect(record.kind).toBe('ok')
        expect(told.get(gone.did)).toEqual(['#identity', '#account active', '#commit', '#sync', '#commit'])
        expect(await remove(gone.did)).toBe(true)
      } else {
        deleted++
        expect(record.kind).toBe('refused')
        expect(told.get(gone.did)).toEqual(['#account deleted'])
      }
      await expect.poll(() => isInFiles(world.folder, marker), { timeout: 10_000, message: marker }).toBe(false)

      const { active } = await ask<{ active: boolean }>(server.url, 'com.atproto.sync.getRepoStatus', {
        params: { did: comes.did },
      })
      expect(mayBeActive).toContain(active)
      const turns = (told.get(comes.did) ?? []).slice(4).join(' ')
      const whole = /^(#account deactivated #account active #identity #sync ?)*(#account deactivated)?$/
      expect(turns).toMatch(whole)
      expect(turns.endsWith('#account deactivated')).toBe(!active)
    }
    tellFigures(
      'kills while accounts are deleted and out of service',
      `${kills} kills: ${deleted} deleted, ${kept} kept (${unclear} without an answer), 0 half, 0 left on the disk`,
    )
  },
  60_000 + kills * 15_000,
)

it(
  'accounts, records and blobs are taken down, or restored, as a whole or not at all when the server is killed meanwhile',
  async () => {
    const random = new Random(29)
    const { server } = world
    const down = { account: 0, record: 0, blob: 0 }
    let changes = 0
    for (let round = 0; round < takedownKills; round++) {
      const held = await signUp(server.url)
      const { did } = held
      const { uri, cid, blob } = await write(held, `held ${round}`)
      const stop = new AbortController()
      const counting = (change: (isActive: boolean) => Promise<boolean | undefined>) => (isActive: boolean) => {
        changes++
        return change(isActive)
      }
      const under = [
        restore({ $type: 'com.atproto.admin.defs#repoRef', did }),
        restore({ $type: 'com.atproto.repo.strongRef', uri, cid }),
        restore({ $type: 'com.atproto.admin.defs#repoBlobRef', did, cid: blob }),
      ].map((change) => alternate(counting(change), stop.signal))
      const writing = keepWriting(held, stop.signal)
      await sleep(random.between(5, 150))
      await server.stop('SIGKILL')
      stop.abort()
      const mayBeUp = await Promise.all(under)
      await writing
      await server.start()

      const isAccountUp = await isUp({ did })
      const isRecordUp = await isUp({ uri })
      const isBlobUp = await isUp({ did, blob })
      const found = [isAccountUp, isRecordUp, isBlobUp]
      for (const [index, isNowUp] of found.entries()) expect(mayBeUp[index]).toContain(isNowUp)
      if (!isAccountUp) down.account++
      if (!isRecordUp) down.record++
      if (!isBlobUp) down.blob++

      // What everybody sees.
      const read = (nsid: string, params: Record<string, string>) => call(server.url, nsid, { params })
      const status = await ask<{ active: boolean; status?: string }>(server.url, 'com.atproto.sync.getRepoStatus', {
        params: { did },
      })
      expect(status).toMatchObject(isAccountUp ? { active: true } : { active: false, status: 'takendown' })
      const record = await read('com.atproto.repo.getRecord', { repo: did, collection, rkey: 'one' })
      expect(record.kind === 'ok').toBe(isAccountUp && isRecordUp)
      const bytes = await askBytes(server.url, 'com.atproto.sync.getBlob', { params: { did, cid: blob } })
      expect(bytes !== undefined).toBe(isAccountUp && isBlobUp)

      // No commit while it is down, and no session that a takedown has not ended.
      const turns = (await replay()).get(did)?.slice(5).join(' ') ?? ''
      const up = '(#commit ?)*'
      const whole = new RegExp(
        `^${up}(#account takendown #account active #identity #sync ?${up})*(#account takendown)?$`,
      )
      expect(turns).toMatch(whole)
      expect(turns.endsWith('#account takendown')).toBe(!isAccountUp)
      const refreshed = await post('com.atproto.server.refreshSession', undefined, `Bearer ${held.refreshToken}`)
      expect(refreshed).toBe(!turns.includes('takendown'))

      // The administrator can go on from there.
      if (!isAccountUp) expect(await restore({ $type: 'com.atproto.admin.defs#repoRef', did })(true)).toBe(true)
      if (!isRecordUp) expect(await restore({ $type: 'com.atproto.repo.strongRef', uri, cid })(true)).toBe(true)
      expect((await read('com.atproto.repo.getRecord', { repo: did, collection, rkey: 'one' })).kind).toBe('ok')
      await ask(server.url, 'com.atproto.repo.createRecord', {
        token: held.token,
        input: { repo: did, collection, record: { $type: collection } },
      })
    }
    tellFigures(
      'kills while accounts, records and blobs are taken down and restored',
      `${takedownKills} kills in ${changes} changes: ${down.account} accounts, ${down.record} records and ${down.blob} blobs were down; 0 half`,
    )
  },
  60_000 + takedownKills * 15_000,
)
