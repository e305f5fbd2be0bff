import { type Cid, sha256 } from '@atoll/data-model'
import { readRepo, signedBy } from '@atoll/repo'
import { type Did, parseDid } from '@atoll/syntax'
import { expect } from 'vitest'
import type { Mailbox } from './mailbox.ts'
import { type Host, Move, type Mover, plcData, type Step, steps } from './move.ts'
import { ask, askBytes, call } from './requests.ts'
import { SigningKeyBook } from './signing-keys.ts'

const collection = 'com.example.note'

/** Runs a step of a migration, perhaps more than once, and with whatever faults are wanted. */
export type Around = (step: Step, at: Host, run: () => Promise<void>) => Promise<void>

interface Migrations {
  readonly directory: string
  readonly mailbox: Mailbox
}

/** A new account with records, some of which have blobs. */
export async function settle(host: Host, name: string, counts: Counts): Promise<Mover> {
  const [email, password] = [`${name}@example.com`, `password of ${name}`]
  const { did, accessJwt } = await ask<{ did: string; accessJwt: string }>(
    host.url,
    'com.atproto.server.createAccount',
    { input: { handle: `${name}${host.handleDomain}`, email, password } },
  )
  const mover = { did: parseDid(did), name, email, password, tokens: new Map([[host.url, accessJwt]]) }
  await write(host, mover, counts)
  return mover
}

interface Counts {
  readonly records: number
  readonly blobs: number
}

let written = 0

/** Writes records and deletes a few, so that a copy that stays behind differs. */
export async function write(host: Host, { did, tokens }: Mover, { records, blobs }: Counts): Promise<void> {
  const token = tokens.get(host.url)!
  const old = await ask<{ records: { uri: string }[] }>(host.url, 'com.atproto.repo.listRecords', {
    params: { repo: did, collection, limit: '100' },
  })
  const gone = old.records
    .filter((_, index) => index % 4 === 0)
    .map(({ uri }) => ({ $type: 'com.atproto.repo.applyWrites#delete', collection, rkey: uri.split('/').pop() }))
  const created: object[] = []
  for (let index = 0; index < records; index++) {
    const text = `note ${written++}`
    const value: Record<string, unknown> = { $type: collection, text }
    if (index < blobs) {
      const { blob } = await ask<{ blob: object }>(host.url, 'com.atproto.repo.uploadBlob', {
        token,
        input: new TextEncoder().encode(`${text}, as a file`.repeat(200)),
        type: 'text/plain',
      })
      value['blob'] = blob
    }
    created.push({ $type: 'com.atproto.repo.applyWrites#create', collection, value })
  }
  const input = { repo: did, writes: [...gone, ...created], validate: false }
  await ask(host.url, 'com.atproto.repo.applyWrites', { token, input })
}

/**
 * Moves an account and checks after every step in which places it is active; at the end, that it is
 * usable in the new one alone, with the records and blobs that it had.
 */
export async function migrate(
  { directory, mailbox }: Migrations,
  { from, to, mover, around }: { from: Host; to: Host; mover: Mover; around: Around },
): Promise<{ records: number; blobs: number }> {
  const move = new Move({ from, to, mover, mailbox })
  const [before, plcBefore] = [await contents(from, mover), await plcData(directory, mover.did)]
  const left = await rev(to, mover)
  let [places, leadsTo] = [[from.url], from.publicUrl]
  for (const [step, where] of steps) {
    await around(step, where === 'to' ? to : from, () => move[step]())
    if (step === 'activateAccount') places = [from.url, to.url]
    if (step === 'deactivateAccount') places = [to.url]
    expect(await activePlaces([from, to], mover.did), step).toEqual(places)
    const { current } = await plcData(directory, mover.did)
    if (step === 'submitPlcOperation') leadsTo = to.publicUrl
    expect(current.services['atproto_pds']?.endpoint, step).toBe(leadsTo)
  }
  const after = await contents(to, mover)
  expect(after.records).toEqual(before.records)
  expect(after.blobs).toEqual(before.blobs)
  if (to.isReference) {
    expect(after.rev >= before.rev).toBe(true)
  } else {
    expect(after.rev > before.rev).toBe(true)
    await expect.poll(() => listedBlobs(to, mover), { timeout: 10_000 }).toEqual([...before.blobs.keys()].sort())
  }
  if (left !== undefined) expect(after.rev > left).toBe(true)

  const { current, operations } = await plcData(directory, mover.did)
  expect(operations).toBe(plcBefore.operations + 1)
  expect(current).toMatchObject({
    alsoKnownAs: [`at://${mover.name}${to.handleDomain}`],
    services: { atproto_pds: { type: 'AtprotoPersonalDataServer', endpoint: to.publicUrl } },
  })
  expect(current.verificationMethods).not.toEqual(plcBefore.current.verificationMethods)
  await expectUsable(to, mover, true)
  await expectUsable(from, mover, false)
  expect((await contents(to, mover)).rev > after.rev).toBe(true)
  const car = await askBytes(to.url, 'com.atproto.sync.getRepo', { params: { did: mover.did } })
  await readRepo(car!, { did: mover.did, verify: signedBy(await new SigningKeyBook(directory).of(mover.did)) })
  return { records: before.records.size, blobs: before.blobs.size }
}

/** Who may write there, and what others see. */
async function expectUsable(host: Host, { did, tokens, password }: Mover, isUsable: boolean): Promise<void> {
  const input = { repo: did, collection, record: { $type: collection, text: 'after the move' }, validate: false }
  const wrote = await call(host.url, 'com.atproto.repo.createRecord', { token: tokens.get(host.url)!, input })
  expect(wrote.kind, host.url).toBe(isUsable ? 'ok' : 'refused')
  const session = await ask<{ active: boolean }>(host.url, 'com.atproto.server.createSession', {
    input: { identifier: did, password },
  })
  expect(session.active, host.url).toBe(isUsable)
  expect((await askBytes(host.url, 'com.atproto.sync.getRepo', { params: { did } })) !== undefined).toBe(isUsable)
}

async function activePlaces(hosts: readonly Host[], did: Did): Promise<string[]> {
  const active = await Promise.all(
    hosts.map(async ({ url }) => {
      const status = await call<{ active: boolean }>(url, 'com.atproto.sync.getRepoStatus', { params: { did } })
      return status.kind === 'ok' && status.body.active ? [url] : []
    }),
  )
  return active.flat()
}

/** The rev of a copy that an account left behind. */
async function rev(host: Host, { did, tokens }: Mover): Promise<string | undefined> {
  const token = tokens.get(host.url)
  if (token === undefined) return undefined
  const car = await askBytes(host.url, 'com.atproto.sync.getRepo', { params: { did }, token })
  return car && (await readRepo(car, { did })).head.rev
}

interface Contents {
  readonly rev: string
  readonly records: Map<string, string>
  /** Digests of the blobs that records refer to, by CID. */
  readonly blobs: Map<string, string>
}

/** Everything that an account has at a host, as its owner reads it. */
async function contents(host: Host, { did, tokens }: Mover): Promise<Contents> {
  const token = tokens.get(host.url)!
  const car = await askBytes(host.url, 'com.atproto.sync.getRepo', { params: { did }, token })
  const repo = await readRepo(car!, { did })
  const records = new Map<string, string>()
  const blobs = new Map<string, string>()
  for await (const { collection: of, rkey, cid, value } of repo.records()) {
    records.set(`${of}/${rkey}`, cid.toString())
    const blob = value?.['blob'] as { ref: Cid } | undefined // as `write` makes them
    if (!blob) continue
    const params = { did, cid: blob.ref.toString() }
    const bytes = await askBytes(host.url, 'com.atproto.sync.getBlob', { params, token })
    blobs.set(params.cid, bytes ? Buffer.from(sha256(bytes)).toString('base64url') : 'missing')
  }
  return { rev: repo.head.rev, records, blobs }
}

async function listedBlobs(host: Host, { did, tokens }: Mover): Promise<string[]> {
  const { cids } = await ask<{ cids: string[] }>(host.url, 'com.atproto.sync.listBlobs', {
    params: { did, limit: '1000' },
    token: tokens.get(host.url)!,
  })
  return cids.sort()
}
