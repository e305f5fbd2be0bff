import { createHash, scryptSync } from 'node:crypto'
import { MemoryPdsStorage } from '@atoll/storage'
import { Turns } from '@atoll/xrpc-server'
import { beforeEach, describe, expect, it } from 'vitest'
import { Passwords } from '../src/accounts/passwords.ts'
import { Credentials } from '../src/sessions/credentials.ts'
import { keptAppPassword } from '../src/sessions/kept-app-passwords.ts'
import { SessionTokens } from '../src/sessions/session-tokens.ts'
import { Sessions } from '../src/sessions/sessions.ts'

const did = 'did:plc:alice'
const createdAt = '2026-01-01T00:00:00.000Z' as never

let storage: MemoryPdsStorage
let sessions: Sessions
/** How many slow hashes were made. */
let hashes: number

class CountedTurns extends Turns {
  override run<T>(work: () => Promise<T>): Promise<T> {
    hashes++
    return super.run(work)
  }
}

beforeEach(async () => {
  hashes = 0
  storage = new MemoryPdsStorage()
  const passwords = new Passwords(new CountedTurns({ atOnce: 2, maxWaiting: 40, maxWaitingPerClient: 40 }))
  const service = 'did:web:localhost'
  const tokens = new SessionTokens({ secret: 'a secret of the tests', audience: service })
  sessions = new Sessions({
    service,
    storage,
    credentials: new Credentials(storage, passwords),
    secondFactors: { pass: async () => {} },
    tokens,
  })
  const passwordHash = await passwords.hash('password of alice')
  await storage.transact(did, (tx) => tx.accounts.create({ did, handle: 'alice.test', passwordHash, createdAt }))
  hashes = 0
})

const add = (name: string, passwordHash: string) =>
  storage.transact(did, (tx) => tx.sessions.addAppPassword({ did, name, passwordHash, privileged: false, createdAt }))
const signIn = (password: string) => sessions.signIn('alice.test', password)

/**
 * The form in which the server kept passwords before; with one salt for each account, as others
 * keep app passwords.
 */
function keptSlowly(password: string): string {
  const salt = createHash('sha256').update(did).digest().subarray(0, 16)
  const key = scryptSync(password, salt, 64, { N: 1024, r: 8, p: 1 })
  return ['scrypt', 1024, 8, 1, salt.toString('base64url'), key.toString('base64url')].join(':')
}

describe('a sign-in', () => {
  it('costs one slow hash, however many app passwords the account has', async () => {
    for (let number = 0; number < 20; number++) {
      await add(`app ${number}`, keptAppPassword(did, `abcd-efgh-ijkl-${2000 + number}`))
    }
    expect((await signIn('abcd-efgh-ijkl-2007')).account.did).toBe(did)
    expect(hashes).toBe(1)
    await expect(signIn('abcd-efgh-ijkl-9999')).rejects.toThrow('Invalid identifier or password')
    expect(hashes).toBe(2)
    expect(await signIn('password of alice')).toMatchObject({ account: { did } })
    expect(hashes).toBe(3)
  })

  it('still reads app passwords in the slow form, one hash for those of one salt', async () => {
    for (let number = 0; number < 5; number++) await add(`app ${number}`, keptSlowly(`abcd-efgh-ijkl-${2000 + number}`))
    expect((await signIn('abcd-efgh-ijkl-2000')).account.did).toBe(did)
    expect(hashes).toBe(2)
    await expect(signIn('abcd-efgh-ijkl-9999')).rejects.toThrow('Invalid identifier or password')
    expect(hashes).toBe(4)
  })

  it('takes the app password of another account for a wrong one', async () => {
    await add('app', keptAppPassword('did:plc:bob', 'abcd-efgh-ijkl-2222'))
    await expect(signIn('abcd-efgh-ijkl-2222')).rejects.toThrow('Invalid identifier or password')
  })
})
