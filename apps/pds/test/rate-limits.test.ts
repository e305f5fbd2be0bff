import { describe, expect, it } from 'vitest'
import { PdsUnderTest } from './pds-under-test.ts'

/**
 * Signs in with a wrong password until something else than a refusal comes back, 35 times at most.
 */
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

  it('counts the addresses of one IPv6 network as one client', async () => {
    const pds = await PdsUnderTest.start({ PDS_RATE_LIMITS_ENABLED: 'true' })
    const guess = async (address: string) =>
      (
        await pds.post(
          'com.atproto.server.createSession',
          { identifier: 'alice.test', password: 'wrong' },
          { headers: { 'x-forwarded-for': address } },
        )
      ).status
    for (let host = 1; host <= 30; host++) expect(await guess(`2001:db8::${host}`)).toBe(401)
    expect(await guess('2001:db8::ffff:1')).toBe(429)
    expect(await guess('2001:db8:0:1::1')).toBe(401)
    await pds.close()
  })

  it('does not count what is too long to name an account, and refuses it like a name that no account has', async () => {
    const pds = await PdsUnderTest.start({ PDS_RATE_LIMITS_ENABLED: 'true' })
    const guess = (identifier: string) =>
      pds.post('com.atproto.server.createSession', { identifier, password: 'wrong' })
    const nobody = await guess('nobody.test')
    expect(nobody.headers.get('ratelimit-limit')).toBe('30')
    const tooLong = await guess('x'.repeat(2049))
    expect([tooLong.status, tooLong.body]).toEqual([nobody.status, nobody.body])
    expect(tooLong.headers.get('ratelimit-limit')).toBe('3000')
    expect((await guess('x'.repeat(2048))).headers.get('ratelimit-limit')).toBe('30')
    await pds.close()
  })
})

it('counts wrong passwords of the administrator even without limits, and logs them', async () => {
  const pds = await PdsUnderTest.start()
  const alice = await pds.account('alice')
  const read = async (password: string) =>
    pds.get('com.atproto.sync.getLatestCommit', {
      params: { did: alice.did },
      headers: { authorization: `Basic ${btoa(`admin:${password}`)}` },
    })
  expect((await read('admin-of-the-tests')).status).toBe(200)
  const statuses = (await Promise.all(Array.from({ length: 12 }, () => read('wrong')))).map(({ status }) => status)
  expect(statuses.filter((status) => status === 401)).toHaveLength(10)
  expect(statuses.filter((status) => status === 429)).toHaveLength(2)
  const refused = await read('admin-of-the-tests')
  expect([refused.status, refused.body.error]).toEqual([429, 'RateLimitExceeded'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const lines = pds.warnings.filter((line) => line.includes('administrator password'))
  expect(lines).toHaveLength(10)
  expect(lines.join()).not.toContain('"wrong"')
  await pds.close()
})

it('refuses sign-ins that would wait long even without limits, and drops those of clients that left', async () => {
  const pds = await PdsUnderTest.start()
  await pds.account('alice')
  const signIn = (password: string, network: number, signal?: AbortSignal) =>
    pds.fetch('/xrpc/com.atproto.server.createSession', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': `198.51.100.${network}` },
      body: JSON.stringify({ identifier: 'alice.test', password }),
      ...(signal ? { signal } : {}),
    })
  const leaving = new AbortController()
  const flood = Array.from({ length: 200 }, () => signIn('wrong', 1, leaving.signal).catch(() => undefined))
  const last = flood.at(-1)
  // Refused while the others wait.
  const refused = await last
  expect([refused?.status, refused?.headers.get('retry-after')]).toEqual([503, '2'])
  expect((await signIn('password of alice', 2)).status).toBe(200)
  leaving.abort()
  await Promise.all(flood)
  expect((await signIn('password of alice', 1)).status).toBe(200)
  await pds.close()
})

it('counts uploads by account, so that many accounts behind one address do not share an allowance', async () => {
  const pds = await PdsUnderTest.start({ PDS_RATE_LIMITS_ENABLED: 'true' })
  const { accessJwt: token } = await pds.account('alice')
  const upload = async (options: { token?: string }) =>
    (await pds.upload('com.atproto.repo.uploadBlob', Buffer.from('plain words'), 'text/plain', options)).status
  const ask = async () => (await pds.get('com.atproto.server.describeServer')).status
  while ((await ask()) === 200);
  expect([await upload({ token }), await upload({}), await ask()]).toEqual([200, 429, 429])
  await pds.close()
})
