import { expect, it } from 'vitest'
import { PdsUnderTest } from './pds-under-test.ts'

/** Signs in with a wrong password until something else than a refusal comes back, 35 times at most. */
async function statuses(settings: Record<string, string>): Promise<number[]> {
  const pds = await PdsUnderTest.start(settings)
  const seen: number[] = []
  for (let attempt = 0; attempt < 35; attempt++) {
    seen.push(
      (await pds.post('com.atproto.server.createSession', { identifier: 'alice.test', password: 'wrong' })).status,
    )
  }
  await pds.close()
  return seen
}

it('limits nothing unless the operator asks for it', async () => {
  expect(new Set(await statuses({}))).toEqual(new Set([401]))
})

it('limits sign-ins to 30 for one name and address in five minutes', async () => {
  const seen = await statuses({ PDS_RATE_LIMITS_ENABLED: 'true' })
  expect(seen.slice(0, 30)).toEqual(Array(30).fill(401))
  expect(seen.slice(30)).toEqual(Array(5).fill(429))
})
