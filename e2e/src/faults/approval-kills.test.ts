import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { tellFigures } from './figures.ts'
import { Random } from './random.ts'
import { listDids } from './sign-ups.ts'
import { openWorld, type World } from './world.ts'

const kills = Number(process.env['FAULT_APPROVAL_KILLS'] ?? 1)
const newcomers = 4
const adminPassword = 'password of the operator'

let world: World

beforeEach(async () => {
  world = await openWorld({ env: { PDS_SIGNUP_MODE: 'approval', PDS_ADMIN_PASSWORD: adminPassword } })
  await world.server.start()
})
afterEach(() => world.close())

const admin = { authorization: `Basic ${btoa(`admin:${adminPassword}`)}` }

async function post(nsid: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${world.server.url}/xrpc/${nsid}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

interface Newcomer {
  readonly did: string
  readonly handle: string
  readonly accessJwt: string
}

async function signUp(name: string): Promise<Newcomer> {
  const form = { handle: `${name}.test`, email: `${name}@example.com`, password: 'password' }
  const response = await post('com.atproto.server.createAccount', form)
  expect(response.status).toBe(200)
  return (await response.json()) as Newcomer
}

async function waiting(): Promise<string[]> {
  const response = await fetch(`${world.server.url}/xrpc/dev.atoll.admin.listSignUps?limit=100`, { headers: admin })
  const { signUps } = (await response.json()) as { signUps: { did: string }[] }
  return signUps.map(({ did }) => did)
}

/** Every operation of the directory, with the handle that it names. */
async function operations(): Promise<{ did: string; handle: string }[]> {
  const lines = (await (await fetch(`${world.directory}/export?count=1000`)).text()).split('\n').filter(Boolean)
  return lines.map((line) => {
    const { did, operation } = JSON.parse(line) as { did: string; operation: { alsoKnownAs?: string[] } }
    return { did, handle: operation.alsoKnownAs?.[0]?.replace('at://', '') ?? 'none' }
  })
}

it(
  'each sign-up whose approval was cut off by a kill is one account with one DID, or still waits',
  async () => {
    const random = new Random(23)
    const everybody: Newcomer[] = []
    const found = { joined: 0, decided: 0, waiting: 0 }
    for (let round = 0; round < kills; round++) {
      const group = await Promise.all(
        Array.from({ length: newcomers }, (_, n) => signUp(`newcomer${round * newcomers + n}`)),
      )
      everybody.push(...group)
      const approve = (did: string) =>
        post('dev.atoll.admin.approveSignUps', { dids: [did] }, admin).then(
          async (response) => {
            const { results } = (await response.json()) as { results: { outcome: string }[] }
            return results[0]?.outcome
          },
          () => undefined,
        )
      const asked = Promise.all(group.map(({ did }) => approve(did)))
      await sleep(random.between(10, 200))
      await world.server.stop('SIGKILL')
      const outcomes = await asked
      await world.server.start()

      const accounts = await listDids(world.server.url)
      const queue = await waiting()
      for (const [index, { did, handle }] of group.entries()) {
        // Approved and acknowledged is durable.
        if (outcomes[index] === 'joined') expect(accounts, handle).toContain(did)
        // A decision that was stored is carried out by a chore, or by asking again.
        const isJoined = accounts.includes(did)
        const isWaiting = queue.includes(did)
        expect(isJoined && isWaiting, handle).toBe(false)
        found[isJoined ? 'joined' : isWaiting ? 'waiting' : 'decided']++
        if (!isJoined && !isWaiting) expect(await approve(did), handle).toBe('joined')
      }
    }
    // Who still waits can be let in, and who is in already is so once.
    const { results } = (await (
      await post('dev.atoll.admin.approveSignUps', { dids: everybody.map(({ did }) => did) }, admin)
    ).json()) as { results: { outcome: string }[] }
    expect(results.map(({ outcome }) => outcome)).toEqual(everybody.map(() => 'joined'))
    expect(await waiting()).toEqual([])
    expect((await listDids(world.server.url)).sort()).toEqual(everybody.map(({ did }) => did).sort())
    const told = await operations()
    expect(told.map(({ did, handle }) => `${did} ${handle}`).sort()).toEqual(
      everybody.map(({ did, handle }) => `${did} ${handle}`).sort(),
    )
    for (const { handle, did } of everybody) {
      const response = await post('com.atproto.server.createSession', { identifier: handle, password: 'password' })
      expect(((await response.json()) as { did: string }).did).toBe(did)
    }
    tellFigures(
      'kills while sign-ups are approved',
      `${kills} kills: ${found.joined} had joined, ${found.decided} were decided on, ${found.waiting} waited; each one account with one DID`,
    )
  },
  60_000 + kills * 15_000,
)
