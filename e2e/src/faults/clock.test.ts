import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isTid, type Tid, tidMicroseconds } from '@atoll/syntax'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../server-process.ts'
import { Follower } from './follower.ts'
import { Mirror } from './mirror.ts'
import { collection } from './operation.ts'
import { ask, call } from './requests.ts'
import { signUp } from './sign-ups.ts'
import { openWorld, type World } from './world.ts'

interface Created {
  readonly uri: string
  readonly commit: { readonly cid: string; readonly rev: Tid }
}

const hour = 3_600_000
const preload = fileURLToPath(new URL('./shifted-clock.mjs', import.meta.url))

describe('a clock that steps back an hour, forward a day, and back again', () => {
  let world: World
  let clockFile: string
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    folder = await temporaryFolder()
    clockFile = `${folder.path}/clock`
    world = await openWorld({ env: { NODE_OPTIONS: `--import=${preload}`, FAULT_CLOCK_FILE: clockFile } })
    writeFileSync(clockFile, '0')
    await world.server.start()
  })
  afterAll(async () => {
    await world.close()
    await folder.remove()
  })

  for (const isRestarted of [false, true]) {
    it(isRestarted
      ? 'leaves rev, keys and sequence rising over restarts, and locks nobody out'
      : 'leaves rev, keys and sequence rising while the server runs, and locks nobody out', async () => {
      const { server, keys } = world
      const account = await signUp(server.url)
      const mirror = new Mirror(keys)
      const follower = new Follower(server.url, (frame) => mirror.take(frame))
      const revs: Tid[] = []
      const rkeys: string[] = []
      const commits: string[] = []
      for (const shift of [0, -hour, 24 * hour, 0]) {
        if (isRestarted) await server.stop()
        writeFileSync(clockFile, String(shift))
        if (isRestarted) await server.start()
        else await clockIsSet(clockFile, shift)
        for (let index = 0; index < 25; index++) {
          const input = { repo: account.did, collection, record: { $type: collection, text: `${shift} ${index}` } }
          const made = await ask<Created>(server.url, 'com.atproto.repo.createRecord', { token: await token(), input })
          revs.push(made.commit.rev)
          rkeys.push(made.uri.split('/').pop()!)
          commits.push(made.commit.cid)
        }
      }
      for (const rising of [revs, rkeys]) {
        expect(rising.every(isTid)).toBe(true)
        expect(rising).toEqual([...new Set(rising)].sort())
      }
      // Back in the present, revs rise by one each: the jump has no further effect.
      const [first, last] = [revs.at(-25)!, revs.at(-1)!]
      expect(tidMicroseconds(last) - tidMicroseconds(first)).toBeLessThan(1000)
      await follower.until(() => mirror.lastTaken.get(account.did) === commits.at(-1))
      follower.close()
      await mirror.settled()
      const numbers = mirror.log.map((entry) => Number(entry.split(' ')[0]))
      expect(numbers).toEqual([...new Set(numbers)].sort((x, y) => x - y))
      expect(mirror.repos.get(account.did)?.commits.slice(1)).toEqual(commits)

      /** The account's token or, if the clock has moved past its expiry, that of a new session. */
      async function token(): Promise<string> {
        const session = await call(server.url, 'com.atproto.server.getSession', { token: account.token })
        if (session.kind === 'ok') return account.token
        const input = { identifier: account.handle, password: 'password of an account' }
        return (await ask<{ accessJwt: string }>(server.url, 'com.atproto.server.createSession', { input })).accessJwt
      }
    }, 120_000)
  }
})

/** Resolves when the server uses the shift in the file. */
async function clockIsSet(clockFile: string, shift: number): Promise<void> {
  while (readFileSync(`${clockFile}.seen`, 'utf8') !== String(shift)) await sleep(5)
}
