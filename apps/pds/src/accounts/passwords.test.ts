import { scryptSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { Passwords } from './passwords.ts'

const passwords = new Passwords()

it('knows the password that a hash was made from, whatever its form in Unicode, and no other', async () => {
  const kept = await passwords.hash('crème brûlée')
  expect(kept).toMatch(/^argon2id:19456:2:1:/)
  expect(await passwords.matches('crème brûlée'.normalize('NFD'), kept)).toBe(true)
  expect(await passwords.matches('creme brulee', kept)).toBe(false)
  expect(await passwords.hash('crème brûlée')).not.toBe(kept)
})

it('knows passwords that were kept as scrypt', async () => {
  const salt = Buffer.from('0123456789abcdef')
  const key = scryptSync('from before', salt, 64, { N: 16_384, r: 8, p: 1 })
  const kept = ['scrypt', 16_384, 8, 1, salt.toString('base64url'), key.toString('base64url')].join(':')
  expect(await passwords.matches('from before', kept)).toBe(true)
  expect(await passwords.matches('from after', kept)).toBe(false)
})

it('takes nothing for a password where there is none', async () => {
  for (const kept of [undefined, '', 'plain:1:2:3:c2FsdA:a2V5', 'argon2id:19456:2:1::']) {
    expect(await passwords.matches('', kept)).toBe(false)
  }
})

it('serves many at once', async () => {
  const kept = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((password) => passwords.hash(password)))
  expect(await Promise.all(kept.map((hash, index) => passwords.matches('abcde'[index]!, hash)))).toEqual([
    true,
    true,
    true,
    true,
    true,
  ])
})

it('refuses with 503 what would wait too long, and says when to come back', async () => {
  const asked = Array.from({ length: 60 }, (_, number) => passwords.hash('a', { client: `network ${number % 10}` }))
  const outcomes = await Promise.allSettled(asked)
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  // Two run, and forty wait.
  expect(refused).toHaveLength(18)
  expect(refused[0]).toMatchObject({ status: 503, error: 'ServiceUnavailable', headers: { 'retry-after': '2' } })
  expect(await passwords.matches('a', await passwords.hash('a'))).toBe(true)
})

it('lets go of those who leave while they wait', async () => {
  const gone = new AbortController()
  const asked = Array.from({ length: 10 }, () => passwords.hash('a', { signal: gone.signal }))
  gone.abort(new Error('the client has left'))
  const outcomes = await Promise.allSettled(asked)
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(8)
})
