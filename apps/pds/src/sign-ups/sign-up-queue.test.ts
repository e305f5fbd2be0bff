import { MemoryPdsStorage } from '@atoll/storage'
import type { Did } from '@atoll/syntax'
import { expect, it } from 'vitest'
import { readConfig } from '../config/config.ts'
import { DidLocks } from '../did-locks.ts'
import { SessionTokens } from '../sessions/session-tokens.ts'
import { Sessions } from '../sessions/sessions.ts'
import { SignUpQueue } from './sign-up-queue.ts'

const secrets = {
  PDS_JWT_SECRET: 'a secret of the tests',
  PDS_ADMIN_PASSWORD: 'admin-of-the-tests',
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '11'.repeat(32),
}
const service: Did = 'did:web:pds.test'
const day = 24 * 60 * 60 * 1000

function open() {
  let now = Date.UTC(2026, 0, 1)
  const storage = new MemoryPdsStorage()
  const clock = () => now
  const tokens = new SessionTokens({ secret: 'a secret of the tests', audience: service, now: clock })
  const sessions = new Sessions({
    secondFactors: { pass: async () => {} },
    service,
    storage,
    tokens,
    credentials: { require: () => Promise.reject() },
    now: clock,
  })
  let finishes = 0
  const queue = new SignUpQueue({
    storage,
    sessions,
    locks: new DidLocks(),
    outbox: { add: () => {}, wake: () => {} },
    service: readConfig({ ...secrets, PDS_HOSTNAME: 'pds.example.com' }).config.service,
    pending: {
      prepare: async ({ handle, email }, purpose) => ({
        claim: {
          did: `did:web:${handle}`,
          purpose,
          handle,
          email,
          details: '',
          claimedAt: new Date(now).toISOString() as never,
        },
        signingKey: undefined as never, // kept by nobody here
      }),
      keep: (tx, { claim }) => tx.claims.add(claim),
      finish: async () => {
        finishes += 1
        throw new Error('the process ended here')
      },
      isSame: async () => true,
      isCurrent: async () => true,
    },
    maxWaiting: 2,
    waitingMs: 30 * day,
    now: clock,
  })
  const join = (name: string) =>
    queue.join(
      {
        handle: `${name}.test`,
        email: `${name}@example.com`,
        password: '',
        inviteCode: undefined,
        recoveryKey: undefined,
      },
      {},
    )
  return { queue, storage, join, pass: (ms: number) => (now += ms), finishes: () => finishes }
}

it('a queue has an end, and its places are free again when somebody leaves', async () => {
  const { queue, join } = open()
  await join('ann')
  await join('bea')
  await expect(join('cleo')).rejects.toMatchObject({ error: 'Forbidden' })
  await queue.leave('did:web:ann.test')
  await join('cleo')
  expect((await queue.list({ cursor: undefined, limit: 9 })).items.map(({ handle }) => handle)).toEqual([
    'bea.test',
    'cleo.test',
  ])
  await expect(queue.list({ cursor: 'nonsense', limit: 9 })).rejects.toMatchObject({ error: 'InvalidRequest' })
})

it('a sign-up that has waited too long is forgotten, and one that was approved is finished', async () => {
  const { queue, storage, join, pass, finishes } = open()
  await join('ann')
  await join('bea')
  await expect(queue.approve('did:web:bea.test')).rejects.toThrow('the process ended here')
  const claims = () => storage.claims.list({ before: '9999-12-31T23:59:59.999Z' as never, limit: 9 })
  const settle = async () => {
    for (const claim of (await claims()).items) await queue.settle(claim).catch(() => {})
  }
  pass(30 * day - 1)
  await settle()
  expect(await queue.count()).toBe(1)
  expect(finishes()).toBe(2)
  pass(1)
  await settle()
  expect((await claims()).items.map(({ did }) => did)).toEqual(['did:web:bea.test'])
  expect(finishes()).toBe(3)
})
