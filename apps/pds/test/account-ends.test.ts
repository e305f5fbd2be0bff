/** Accounts that end or go out of service while others look, write or do the same. */

import { MemoryPdsStorage } from '@atoll/storage'
import { decodeMessage } from '@atoll/sync'
import { type NodeServer, serveNode } from '@atoll/xrpc-server/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

const admin = { headers: { authorization: `Basic ${Buffer.from('admin:admin-of-the-tests').toString('base64')}` } }

const storage = new MemoryPdsStorage()
let pds: PdsUnderTest
let server: NodeServer
let ann: TestAccount
let bea: TestAccount
beforeAll(async () => {
  pds = await PdsUnderTest.start({}, { storage })
  server = await serveNode(pds.pds.router, { port: 0 })
  ann = await pds.account('ann')
  bea = await pds.account('bea')
})
afterAll(async () => {
  await server.close()
  await pds.close()
})

const as = (account: TestAccount) => ({ token: account.accessJwt })
const own = (method: string, account: TestAccount, input?: { deleteAfter?: string }) =>
  pds.post(`com.atproto.server.${method}`, input, as(account))
const takeDown = ({ did }: TestAccount, applied: boolean) =>
  pds.post(
    'com.atproto.admin.updateSubjectStatus',
    { subject: { $type: 'com.atproto.admin.defs#repoRef', did }, takedown: { applied } },
    admin,
  )
const remove = ({ did }: TestAccount) => pds.post('com.atproto.admin.deleteAccount', { did }, admin)

/** Follows what the firehose says of an account. */
function follow(account: TestAccount, cursor: number): { told: string[]; until(last: string): Promise<string[]> } {
  const socket = new WebSocket(
    `${server.url.replace('http', 'ws')}/xrpc/com.atproto.sync.subscribeRepos?cursor=${cursor}`,
  )
  socket.binaryType = 'arraybuffer'
  const told: string[] = []
  let wake = () => {}
  socket.onmessage = ({ data }) => {
    const decoded = decodeMessage(new Uint8Array(data))
    if (!decoded.ok || !('seq' in decoded.message)) return
    const { message } = decoded
    if (message.did !== account.did) return
    told.push(`#${message.kind}${message.kind === 'account' ? ` ${message.body.status ?? 'active'}` : ''}`)
    wake()
  }
  return {
    told,
    async until(last) {
      while (told.at(-1) !== last) await new Promise<void>((resolve) => (wake = resolve))
      socket.close()
      return told
    },
  }
}

describe('an account', () => {
  it('shows takedowns between its deactivation and activation by the status that counts', async () => {
    const before = await storage.events.last()
    const steps = [
      () => own('deactivateAccount', ann, {}),
      () => takeDown(ann, true),
      () => takeDown(ann, false),
      () => own('activateAccount', ann),
    ]
    for (const step of steps) expect((await step()).status).toBe(200)
    expect(await follow(ann, before).until('#sync')).toEqual([
      '#account deactivated',
      '#account takendown',
      '#account deactivated',
      '#account active',
      '#identity',
      '#sync',
    ])
  })

  it('is not activated while it is taken down', async () => {
    await own('deactivateAccount', ann, {})
    await takeDown(ann, true)
    expect((await own('activateAccount', ann)).status).toBeGreaterThanOrEqual(400)
    await takeDown(ann, false)
    expect(await storage.accounts.get(ann.did)).toMatchObject({ deactivatedAt: expect.any(String) })
    expect((await own('activateAccount', ann)).status).toBe(200)
  })

  it('is in the state of its last event after ten racing deactivations and activations', async () => {
    const before = await storage.events.last()
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 ? own('activateAccount', ann) : own('deactivateAccount', ann, {}))),
    )
    const { body } = await pds.get('com.atproto.sync.getRepoStatus', { params: { did: ann.did } })
    const told = await follow(ann, before).until(body.active ? '#sync' : '#account deactivated')
    expect(told.join(' ')).toMatch(/^((#account deactivated ?)+(#account active #identity #sync ?)?)+$/)
    await own('activateAccount', ann)
  })

  it('is deleted once by ten racing deletions and activations, with nothing after it, and nothing but it from 0', async () => {
    const live = follow(bea, 0)
    await pds.postOf(bea, 'before')
    await own('deactivateAccount', bea, {})
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 ? own('activateAccount', bea) : remove(bea))),
    )
    expect(outcomes.filter(({ status }, n) => n % 2 === 0 && status === 200)).toHaveLength(1)
    expect(outcomes.filter(({ status }) => status >= 500)).toEqual([])
    await live.until('#account deleted')
    expect(await follow(bea, 0).until('#account deleted')).toEqual(['#account deleted'])
    expect(await storage.accounts.get(bea.did)).toBeUndefined()
    expect(await storage.repos.head(bea.did)).toBeUndefined()
    const events = await storage.events.page({ after: 0, limit: 1000 })
    expect(events.filter(({ did }) => did === bea.did)).toHaveLength(1)
  })
})
