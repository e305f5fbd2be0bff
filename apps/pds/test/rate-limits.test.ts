import { describe, expect, it } from 'vitest'
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

describe('the limit of guesses at a password', () => {
  it('counts every spelling of one e-mail address as one', async () => {
    const pds = await PdsUnderTest.start({ PDS_RATE_LIMITS_ENABLED: 'true' })
    await pds.account('alice')
    const spelling = (index: number) => `Alice@ex${'\u00ad'.repeat(index)}ample.com`
    const guess = async (index: number, password = 'wrong') =>
      (await pds.post('com.atproto.server.createSession', { identifier: spelling(index), password })).status
    // They are spellings of her address.
    expect(await guess(7, 'password of alice')).toBe(200)
    for (let index = 1; index < 30; index++) expect(await guess(index)).toBe(401)
    expect(await guess(31)).toBe(429)
    await pds.close()
  })
})
