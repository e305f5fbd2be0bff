import { describe, expect, it } from 'vitest'
import { SignUpBrake } from './sign-up-brake.ts'

const hour = 60 * 60 * 1000

describe('the brake of sign-ups', () => {
  const made = async () => 'made'

  it('stops a network, and lets others sign up, until the hour is over', async () => {
    let now = Date.UTC(2026, 0, 1)
    const brake = new SignUpBrake({ perHour: undefined, perNetworkPerHour: 2, now: () => now })
    for (const network of ['a', 'a', 'b']) expect(await brake.count(network, made)).toBe('made')
    now += hour / 2
    const refusal = await brake.count('a', made).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ error: 'RateLimitExceeded', headers: { 'retry-after': '1800' } })
    expect((refusal as Error).message).toMatch(/from your network/)
    expect(await brake.count('b', made)).toBe('made')
    now += hour / 2
    expect(await brake.count('a', made)).toBe('made')
  })

  it('stops everybody once all networks together have had their share', async () => {
    const brake = new SignUpBrake({ perHour: 2, perNetworkPerHour: undefined, now: () => 0 })
    for (const network of ['a', 'b']) await brake.count(network, made)
    await expect(brake.count('c', made)).rejects.toThrow(/^Too many new accounts in the last hour/)
  })

  it('does not count what fails, but whatever is under way', async () => {
    const brake = new SignUpBrake({ perHour: 5, perNetworkPerHour: 1, now: () => 0 })
    const failing = brake.count('a', () => Promise.reject(new Error('mistyped')))
    await expect(brake.count('a', made)).rejects.toMatchObject({ error: 'RateLimitExceeded' })
    await expect(failing).rejects.toThrow('mistyped')
    expect(await brake.count('a', made)).toBe('made')
  })
})
