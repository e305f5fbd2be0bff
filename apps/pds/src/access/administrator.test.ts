import { beforeEach, describe, expect, it } from 'vitest'
import { Administrator } from './administrator.ts'

const minute = 60_000
const home = '203.0.113.1'

let now: number
let pauses: number[]
let failures: object[]
let admin: Administrator

beforeEach(() => {
  now = Date.UTC(2026, 0, 1)
  pauses = []
  failures = []
  admin = new Administrator({
    password: 'the right password',
    now: () => now,
    onFailure: (failure) => failures.push(failure),
    pause: async (ms, signal) => {
      pauses.push(ms)
      signal.throwIfAborted()
    },
  })
})

const requestOf = (password: string, ip = home, signal = new AbortController().signal) => ({
  headers: new Headers({ authorization: `Basic ${btoa(`admin:${password}`)}` }),
  ip,
  signal,
})
const outcome = (password: string, ip?: string) =>
  admin.require(requestOf(password, ip)).then(
    () => 'in',
    ({ status }) => status,
  )
const guess = async (count: number, ip?: string) => {
  for (let attempt = 0; attempt < count; attempt++) expect(await outcome('wrong', ip)).toBe(401)
}

describe('the administrator', () => {
  it('is known by the password alone, at once', async () => {
    for (let call = 0; call < 50; call++) expect(await outcome('the right password')).toBe('in')
    expect([pauses, failures]).toEqual([[], []])
    const none = { ...requestOf(''), headers: new Headers() }
    await expect(admin.require(none)).rejects.toMatchObject({ error: 'AuthMissing' })
  })

  it('is asked to wait after ten wrong passwords of a network, whatever comes then', async () => {
    await guess(10)
    const refusal = { status: 429, headers: { 'retry-after': '300' } }
    await expect(admin.require(requestOf('wrong'))).rejects.toMatchObject(refusal)
    await expect(admin.require(requestOf('the right password'))).rejects.toMatchObject(refusal)
    expect(await outcome('the right password', '198.51.100.1')).toBe('in')
    now += 5 * minute
    expect(await outcome('the right password')).toBe('in')
  })

  it('is not guessed from many addresses of one IPv6 network', async () => {
    for (let host = 1; host <= 10; host++) await guess(1, `2001:db8::${host}`)
    expect(await outcome('wrong', '2001:db8::11')).toBe(429)
    expect(await outcome('wrong', '2001:db8:0:1::1')).toBe(401)
  })

  it('is not guessed by many requests at the same time', async () => {
    const statuses = await Promise.all(Array.from({ length: 100 }, () => outcome('wrong')))
    expect(statuses.filter((status) => status === 401)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(90)
  })

  it('is guessed slowly, and each guess is reported without the password', async () => {
    await guess(2)
    expect(pauses).toEqual([500, 500])
    expect(failures).toEqual([
      { network: home, failures: 1 },
      { network: home, failures: 2 },
    ])
  })

  it('lets go of a guess whose client has left, and counts it', async () => {
    const gone = AbortSignal.abort(new Error('gone'))
    for (let attempt = 0; attempt < 10; attempt++) {
      await expect(admin.require(requestOf('wrong', home, gone))).rejects.toThrow('gone')
    }
    expect(await outcome('the right password')).toBe(429)
  })
})
