import { expect, it } from 'vitest'
import { IdentityUnavailableError } from '../errors.ts'
import { Failures } from './failures.ts'

const times = { failureMs: 5, negativeMs: 60 }
const down = new IdentityUnavailableError('alice.test', 'down')

it('does not believe a failure from after the clock went back', () => {
  const failures = new Failures(times)
  failures.set('alice.test', { error: down, time: 100 })
  expect(failures.find('alice.test', 105)?.error).toEqual(down)
  expect(failures.find('alice.test', 99)).toBeUndefined()
})

it('keeps the most recent ones, the fewer the longer their identifiers are', () => {
  const kept = (label: string) => {
    const failures = new Failures(times)
    const names = Array.from({ length: 6000 }, (_, number) => `did:web:${label}${number}.test` as const)
    for (const name of names) failures.set(name, { error: down, time: 0 })
    expect(failures.find(names.at(-1)!, 0)).toBeDefined()
    return names.filter((name) => failures.find(name, 0)).length
  }
  expect(kept('user')).toBeGreaterThan(3000)
  expect(kept('user')).toBeLessThan(6000)
  expect(kept('u'.repeat(2000))).toBeLessThan(1000)
})

it('keeps no cause, and with it no connection', () => {
  const failures = new Failures(times)
  const error = new IdentityUnavailableError('alice.test', 'down', { cause: { socket: new Uint8Array(1000) } })
  failures.set('alice.test', { error, time: 0 })
  const kept = failures.find('alice.test', 0)?.error as Error
  expect([kept.message, kept.cause]).toEqual([error.message, undefined])
})
