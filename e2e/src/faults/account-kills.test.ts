import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeMessage } from '@atoll/sync'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { tellFigures } from './figures.ts'
import { Follower } from './follower.ts'
import type { AccountHandle } from './lane.ts'
import { Random } from './random.ts'
import { ask, call } from './requests.ts'
import { signUp } from './sign-ups.ts'
import { openWorld, type World } from './world.ts'

const kills = Number(process.env['FAULT_ACCOUNT_KILLS'] ?? 1)
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

async function write(account: AccountHandle, marker: string): Promise<void> {
  const { url } = world.server
  const { token, did } = account
  const bytes = Buffer.from(`${marker} of a blob`)
  const { blob } = await ask<{ blob: object }>(url, 'com.atproto.repo.uploadBlob', { token, input: bytes })
  const record = { $type: collection, text: marker, blob }
  await ask(url, 'com.atproto.repo.createRecord', { token, input: { repo: did, collection, rkey: 'one', record } })
}

const remove = (did: string) =>
  post(
    'com.atproto.admin.deleteAccount',
    { did },
    `Basic ${Buffer.from('admin:password of the fault tests').toString('base64')}`,
  )

/**
 * Takes the account out of service and back until a request gets no response. Resolves to the
 * states that it may be in then.
 */
async function alternate({ token }: AccountHandle, stop: AbortSignal): Promise<boolean[]> {
  for (let isActive = true; ; isActive = !isActive) {
    if (stop.aborted) return [isActive]
    const method = isActive ? 'deactivateAccount' : 'activateAccount'
    const done = await post(`com.atproto.server.${method}`, isActive ? {} : undefined, `Bearer ${token}`)
    if (done === undefined) return [isActive, !isActive]
    if (!done) throw new Error(`${method} was refused`)
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

/** Whether a marker is in any file of the data folder. */
function isOnDisk(marker: string): boolean {
  return readdirSync(world.folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(world.folder, name))
    .some(
      (file) => statSync(file, { throwIfNoEntry: false })?.isFile() && readFileSync(file, 'latin1').includes(marker),
    )
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
      const alternating = alternate(comes, stop.signal)
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
      await expect.poll(() => isOnDisk(marker), { timeout: 10_000, message: marker }).toBe(false)

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
