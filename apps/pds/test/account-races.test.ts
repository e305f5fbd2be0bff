/** Races over the wire, on SQLite: approvals at once, deletions under way, a DID that returns. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { generateKeyPair, importKeyPair, type KeyPair } from '@atoll/crypto'
import { createGenesis, PlcClient } from '@atoll/identity/plc'
import { decodeMessage } from '@atoll/sync'
import type { Did } from '@atoll/syntax'
import { createServiceJwt } from '@atoll/xrpc-server'
import { type NodeServer, serveNode } from '@atoll/xrpc-server/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { filesOfAMoment } from './files-of-a-moment.ts'
import { environment, PdsUnderTest } from './pds-under-test.ts'
import { repoFile } from './repo-file.ts'

const admin = { authorization: `Basic ${btoa(`admin:${environment.PDS_ADMIN_PASSWORD}`)}` }
const carType = 'application/vnd.ipld.car'

let files: Awaited<ReturnType<typeof filesOfAMoment>>
let pds: PdsUnderTest
let server: NodeServer

async function start(settings: Record<string, string> = {}): Promise<void> {
  files = await filesOfAMoment()
  pds = await PdsUnderTest.start(settings, files.adapters)
  server = await serveNode(pds.pds.router, { port: 0 })
}
afterEach(async () => {
  await server.close()
  await pds.close()
  files.remove()
})

/** A procedure with a JSON body, over the wire. */
async function post(nsid: string, input: object | undefined, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/xrpc/${nsid}`, {
    method: 'POST',
    headers: { ...headers, ...(input ? { 'content-type': 'application/json' } : {}) },
    ...(input ? { body: JSON.stringify(input) } : {}),
  })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : undefined }
}

const remove = (did: Did) => post('com.atproto.admin.deleteAccount', { did }, admin)
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** What a subscriber is told of an account, from the beginning and as it happens. */
function follow(did: Did) {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/xrpc/com.atproto.sync.subscribeRepos?cursor=0`)
  socket.binaryType = 'arraybuffer'
  const told: string[] = []
  let wake = () => {}
  socket.onmessage = ({ data }) => {
    const decoded = decodeMessage(new Uint8Array(data))
    if (!decoded.ok || !('seq' in decoded.message) || decoded.message.did !== did) return
    const { message } = decoded
    told.push(`#${message.kind}${message.kind === 'account' ? ` ${message.body.status ?? 'active'}` : ''}`)
    wake()
  }
  return {
    told,
    async until(last: string) {
      while (told.at(-1) !== last) await new Promise<void>((resolve) => (wake = resolve))
    },
    close: () => socket.close(),
  }
}

describe('decisions on one sign-up', () => {
  beforeEach(() => start({ PDS_SIGNUP_MODE: 'approval' }))

  const signUp = async (name: string): Promise<{ did: Did; refreshJwt: string }> =>
    (
      await post('com.atproto.server.createAccount', {
        handle: `${name}.test`,
        email: `${name}@example.com`,
        password: 'password',
      })
    ).body
  const approve = async (did: Did) =>
    (await post('dev.atoll.admin.approveSignUps', { dids: [did] }, admin)).body.results[0].outcome
  const refuse = async (did: Did) =>
    (await post('dev.atoll.admin.refuseSignUps', { dids: [did] }, admin)).body.refused.length
  const operationsOf = (did: Did) =>
    pds.plcRequests.filter(({ method, url }) => method === 'POST' && url.endsWith(did)).length
  const kindsOf = async (did: Did) =>
    (await pds.adapters.storage.events.page({ after: 0, limit: 100 }))
      .filter((event) => event.did === did)
      .map(({ kind }) => kind)

  it('of ten who approve it, all are told of one account, with one DID and one mail', async () => {
    const { did, refreshJwt } = await signUp('ann')
    expect(await Promise.all(Array.from({ length: 10 }, () => approve(did)))).toEqual(Array(10).fill('joined'))
    expect(operationsOf(did)).toBe(1)
    expect(await kindsOf(did)).toEqual(['identity', 'account', 'commit', 'sync'])
    await pds.pds.settled()
    expect(pds.mails.map(({ to }) => to)).toEqual(['ann@example.com'])
    const session = await post('com.atproto.server.refreshSession', undefined, bearer(refreshJwt))
    expect(session.body).toMatchObject({ did, active: true })
  })

  it('of five who approve and five who refuse it, one side wins, and the DID is told of an account alone', async () => {
    for (const first of ['approve', 'refuse']) {
      const { did } = await signUp(first)
      const decisions = await Promise.all(
        Array.from({ length: 10 }, async (_, n) => {
          const isApproval = (n % 2 === 0) === (first === 'approve')
          return isApproval ? { approved: await approve(did) } : { refused: await refuse(did) }
        }),
      )
      const approvals = decisions.flatMap(({ approved }) => (approved === undefined ? [] : [approved]))
      const refusals = decisions.reduce((sum, { refused = 0 }) => sum + refused, 0)
      const isHere = (await pds.adapters.storage.accounts.get(did)) !== undefined
      expect(approvals).toEqual(Array(5).fill(isHere ? 'joined' : 'notWaiting'))
      expect(refusals).toBe(isHere ? 0 : 1)
      expect(operationsOf(did)).toBe(isHere ? 1 : 0)
      expect(await kindsOf(did)).toHaveLength(isHere ? 4 : 0)
      expect(await pds.adapters.storage.claims.of(did)).toBeUndefined()
    }
  })
})

describe('an account that is deleted', () => {
  beforeEach(() => start())

  const padding = 'xq7marker'.repeat(3500)
  /** A file of as many records of 32 kB as asked for. */
  const fileOf = async (did: Did, records: number): Promise<Uint8Array> => {
    const key = await pds.adapters.storage.keys.signingKey(did)
    const entries = Array.from({ length: records }, (_, n) => [`com.example.note/${1000 + n}`, { n, padding }])
    return repoFile({ did, key: importKeyPair(key!.curve, key!.privateKey), records: Object.fromEntries(entries) }).car
  }
  const isMarkerOnDisk = () =>
    readdirSync(files.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(files.folder, name))
      .some((file) => statSync(file).isFile() && readFileSync(file, 'latin1').includes('xq7marker'))

  /** Nothing of it is seen any more, nor is it on the disk, and its names are free. */
  async function expectGone(did: Did, name: string): Promise<void> {
    const { storage } = pds.adapters
    const replay = follow(did)
    const next = await pds.account(name)
    expect(next.did).not.toBe(did)
    const live = follow(next.did)
    await live.until('#sync') // comes after everything of the account before
    expect(replay.told).toEqual(['#account deleted'])
    replay.close()
    live.close()
    expect(await storage.repos.counts(did)).toEqual({ blocks: 0, records: 0 })
    expect(await storage.repos.head(did)).toBeUndefined()
    expect(await storage.imports.startedBefore('2100-01-01T00:00:00Z' as never, { limit: 9 })).toEqual([])
    await pds.pds.settled()
    // A read that was under way holds back the files: then the next erasure does it.
    expect((await remove(next.did)).status).toBe(200)
    await pds.pds.settled()
    expect(isMarkerOnDisk()).toBe(false)
  }

  it('during its importRepo, ends that: nothing of the file comes, and none stays on the disk', async () => {
    const ann = await pds.account('ann')
    const firehose = follow(ann.did)
    await firehose.until('#sync')
    const car = await fileOf(ann.did, 440)
    const rest = Promise.withResolvers<void>()
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(car.subarray(0, -100_000))
        await rest.promise
        controller.enqueue(car.subarray(-100_000))
        controller.close()
      },
    })
    const request = { method: 'POST', body, duplex: 'half' } as RequestInit
    const headers = { ...bearer(ann.accessJwt), 'content-type': carType }
    const answer = fetch(`${server.url}/xrpc/com.atproto.repo.importRepo`, { ...request, headers })
    // Part of it has been gathered.
    await expect.poll(isMarkerOnDisk, { timeout: 20_000 }).toBe(true)
    expect((await remove(ann.did)).status).toBe(200)
    rest.resolve()
    expect((await answer).status).toBe(400)
    await firehose.until('#account deleted')
    await expectGone(ann.did, 'ann')
    expect(firehose.told).toEqual(['#identity', '#account active', '#commit', '#sync', '#account deleted'])
    firehose.close()
    expect(pds.errors).toEqual([])
  })

  it('during a getRepo, breaks that off, and none of it stays on the disk', async () => {
    const bea = await pds.account('bea')
    const headers = { ...bearer(bea.accessJwt), 'content-type': carType }
    const body = (await fileOf(bea.did, 440)) as BodyInit
    const imported = await fetch(`${server.url}/xrpc/com.atproto.repo.importRepo`, { method: 'POST', body, headers })
    expect(imported.status).toBe(200)
    const response = await fetch(`${server.url}/xrpc/com.atproto.sync.getRepo?did=${bea.did}`)
    const reader = response.body!.getReader()
    await reader.read()
    expect((await remove(bea.did)).status).toBe(200)
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toThrow()
    await expectGone(bea.did, 'bea')
    // The log tells why the response broke off, and nothing else.
    expect(pds.errors.filter((line) => !line.includes('Could not find repo'))).toEqual([])
  })

  it('and comes back with its DID, has a later rev and nothing of before', async () => {
    const { storage } = pds.adapters
    const key = generateKeyPair('k256')
    const did = await newcomer(key)
    const comeIn = async (password: string): Promise<{ did: Did; accessJwt: string; refreshJwt: string }> => {
      const lxm = 'com.atproto.server.createAccount'
      const token = createServiceJwt({ iss: did, aud: 'did:web:localhost%3A2583', lxm, keyPair: key })
      const input = { did, handle: 'carl.test', email: 'carl@example.com', password }
      const { status, body } = await post(lxm, input, bearer(token))
      expect(status).toBe(200)
      return body
    }
    const first = await comeIn('the first password')
    const records = { 'com.example.note/1': { text: 'xq7marker' } }
    const { car } = repoFile({ did, key, records })
    const headers = { ...bearer(first.accessJwt), 'content-type': carType }
    const request = { method: 'POST', body: car as BodyInit, headers }
    expect((await fetch(`${server.url}/xrpc/com.atproto.repo.importRepo`, request)).status).toBe(200)
    const upload = {
      method: 'POST',
      body: 'xq7marker of a blob',
      headers: { ...headers, 'content-type': 'text/plain' },
    }
    expect((await fetch(`${server.url}/xrpc/com.atproto.repo.uploadBlob`, upload)).status).toBe(200)
    await post('com.atproto.server.createAppPassword', { name: 'phone' }, bearer(first.accessJwt))
    const { rev: before } = (await storage.repos.head(did))!
    const { privateKey: keyBefore } = (await storage.keys.signingKey(did))!

    expect((await remove(did)).status).toBe(200)
    const again = await comeIn('the second password')
    const { rev: after } = (await storage.repos.head(did))!
    expect(after > before).toBe(true)
    expect((await storage.keys.signingKey(did))!.privateKey).not.toEqual(keyBefore)
    expect(await storage.repos.counts(did)).toEqual({ blocks: 2, records: 0 })
    const { body } = await pds.get('com.atproto.server.listAppPasswords', { token: again.accessJwt })
    expect(body).toEqual({ passwords: [] })
    expect((await post('com.atproto.server.refreshSession', undefined, bearer(first.refreshJwt))).status).toBe(400)
    const session = await post('com.atproto.server.createSession', {
      identifier: did,
      password: 'the first password',
    })
    expect(session.status).toBe(401)
    expect((await post('com.atproto.server.refreshSession', undefined, bearer(again.refreshJwt))).status).toBe(200)
    await pds.pds.settled()
    expect(isMarkerOnDisk()).toBe(false)
    const events = await storage.events.page({ after: 0, limit: 100 })
    expect(events.filter((event) => event.did === did).map(({ kind }) => kind)).toEqual(['account'])
  })
})

/** A DID of another server, as the directory knows it. */
async function newcomer(key: KeyPair): Promise<Did> {
  const signer = generateKeyPair('k256')
  const { did, op } = createGenesis({
    handle: 'carl.other.example',
    signingKey: key.didKey(),
    rotationKeys: [signer.didKey()],
    pds: 'https://other.example',
    signer,
  })
  await new PlcClient({ url: 'http://plc.test', fetch: pds.adapters.plcFetch }).submit(did, op)
  return did
}
