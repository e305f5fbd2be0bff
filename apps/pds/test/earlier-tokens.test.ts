/** Access tokens that were made before their account was taken down, or deactivated. */
import { lexicons } from '@atoll/lexicons'
import type { Datetime } from '@atoll/syntax'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Access } from '../src/access/access.ts'
import { routes } from '../src/routes.ts'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

/** What a method is asked for, where the account's state is not all that is looked at first. */
const asked: Record<string, { params?: Record<string, string>; input?: object }> = {
  getServiceAuth: { params: { aud: 'did:web:elsewhere.example' } },
  createRecord: { input: { record: {} } },
  putRecord: { input: { rkey: 'one', record: {} } },
  deleteRecord: { input: { rkey: 'one' } },
  applyWrites: { input: { writes: [] } },
}

// Making the list touches no service; each authorizer is known by its name.
const nothing: never = new Proxy({}, { get: () => nothing }) as never
const may = new Proxy({}, { get: (_, name) => Object.assign(() => {}, { who: name }) }) as Access
const takesTokens = routes(nothing, may).filter(({ authorize }) =>
  ['account', 'fullAccount', 'writer', 'accountOrServiceToken', 'takendown', 'signedUp'].includes(
    (authorize as unknown as { who: string }).who,
  ),
)

let pds: PdsUnderTest
let alice: TestAccount
beforeAll(async () => {
  pds = await PdsUnderTest.start()
  alice = await pds.account('alice')
})
afterAll(() => pds.close())

/** The state that an account is in when a method is called. */
interface State {
  readonly takedown?: string
  readonly deactivatedAt?: string
}

/** The methods that answer an account in this state with this error, and the others. */
async function outcomes(state: State, error: string): Promise<{ refusing: string[]; others: string[] }> {
  const refusing: string[] = []
  const others: string[] = []
  for (const { method } of takesTokens) {
    const name = method.nsid.slice(method.nsid.lastIndexOf('.') + 1)
    const { params, input } = asked[name] ?? {}
    const options = { token: alice.accessJwt, ...(params && { params }) }
    const body = input && { repo: alice.did, collection: 'com.example.thing', ...input }
    const isQuery = lexicons().method(method.nsid)?.kind === 'query'
    // Before each of them: one activates the account.
    await enter(state)
    const answer = await (isQuery ? pds.get(method.nsid, options) : pds.post(method.nsid, body as never, options))
    const names = answer.body.error === error ? refusing : others
    names.push(name)
  }
  return { refusing, others }
}
const enter = ({ takedown, deactivatedAt }: State) =>
  pds.adapters.storage.transact(alice.did, (tx) =>
    tx.accounts.update(alice.did, { takedown, deactivatedAt: deactivatedAt as Datetime | undefined }),
  )

it('open nothing to an account that was taken down but how it stands', async () => {
  expect(takesTokens.length).toBeGreaterThan(30)
  const { others } = await outcomes({ takedown: 'report' }, 'AccountTakedown')
  expect(others).toEqual(['getSession', 'checkSignupQueue', 'withdrawSignUp'])
  const { body } = await pds.get('com.atproto.server.getSession', { token: alice.accessJwt })
  expect(body).toMatchObject({ active: false, status: 'takendown' })
})

it('open everything but the writes of records to an account that is deactivated: it may move away', async () => {
  const { refusing } = await outcomes({ deactivatedAt: '2026-01-01T00:00:00.000Z' }, 'AccountDeactivated')
  expect(refusing).toEqual(['createRecord', 'putRecord', 'deleteRecord', 'applyWrites'])
})
