import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collection } from './operation.ts'
import { listedRecords } from './repositories.ts'
import { ask, call } from './requests.ts'
import { signUp } from './sign-ups.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.server.start()
})
afterAll(() => world.close())

describe('a hundred writes at once to one repository', () => {
  const writeAtOnce = async (service: string, isSwapping: boolean) => {
    const { did, token } = await signUp(service)
    const latest = await ask<{ cid: string }>(service, 'com.atproto.sync.getLatestCommit', { params: { did } })
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const swap = isSwapping ? { swapCommit: latest.cid } : {}
        const input = { repo: did, collection, record: { $type: collection, text: `write ${index}` }, ...swap }
        return call(service, 'com.atproto.repo.createRecord', { token, input })
      }),
    )
    return { did, outcomes }
  }

  it('are all carried out, one after the other', async () => {
    const { did, outcomes } = await writeAtOnce(world.server.url, false)
    expect(outcomes.filter(({ kind }) => kind !== 'ok')).toEqual([])
    expect((await listedRecords(world.server.url, did)).size).toBe(100)
  })

  it('let one win where all of them expect the same commit, and refuse the rest with InvalidSwap', async () => {
    const { did, outcomes } = await writeAtOnce(world.server.url, true)
    const names = outcomes.map((outcome) =>
      outcome.kind === 'refused' ? `${outcome.status} ${outcome.error}` : outcome.kind,
    )
    expect(names.filter((name) => name === 'ok')).toHaveLength(1)
    expect(names.filter((name) => name === '400 InvalidSwap')).toHaveLength(99)
    expect((await listedRecords(world.server.url, did)).size).toBe(1)
  })
})
