import { expect, it } from 'vitest'
import { IdentityUnavailableError } from './errors.ts'
import { Failures } from './failures.ts'

const times = { failureMs: 5, negativeMs: 60 }
const down = new IdentityUnavailableError('alice.test', 'down')

it('does not believe a failure from after the clock went back', () => {
  const failures = new Failures(times)
  failures.set('alice.test', { error: down, time: 100 })
  expect(failures.find('alice.test', 105)?.error).toBe(down)
  expect(failures.find('alice.test', 99)).toBeUndefined()
})

it('keeps the most recent ten thousand', () => {
  const failures = new Failures(times)
  for (let number = 0; number <= 10_000; number++) failures.set(`user${number}.test`, { error: down, time: 0 })
  expect(failures.find('user0.test', 0)).toBeUndefined()
  expect(failures.find('user1.test', 0)).toBeDefined()
  expect(failures.find('user10000.test', 0)).toBeDefined()
})
