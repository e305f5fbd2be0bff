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
  for (const kept of [undefined, '', 'plain:1:2:3:c2FsdA:a2V5', 'argon2id:19456:2:1::'])
    expect(await passwords.matches('', kept)).toBe(false)
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
