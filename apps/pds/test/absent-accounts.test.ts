/** Methods of moderators about an account that is not here, or is deleted at the same moment. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DirectoryUnderTest } from './directory-under-test.ts'
import { environment, PdsUnderTest } from './pds-under-test.ts'

const headers = { authorization: `Basic ${btoa(`admin:${environment.PDS_ADMIN_PASSWORD}`)}` }
const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'
const admin = 'com.atproto.admin'

let pds: PdsUnderTest
const directory = new DirectoryUnderTest()
beforeAll(async () => {
  pds = await PdsUnderTest.start({}, { plcFetch: directory.fetch })
})
afterAll(() => pds.close())

it('answer what moderation services take as final', async () => {
  const { body } = await pds.post('com.atproto.server.reserveSigningKey', {})
  const inputs = {
    deleteAccount: { did },
    disableAccountInvites: { account: did },
    enableAccountInvites: { account: did },
    sendEmail: { recipientDid: did, senderDid: did, content: 'A word' },
    updateAccountEmail: { account: did, email: 'nobody@example.com' },
    updateAccountHandle: { did, handle: 'nobody.test' },
    updateAccountPassword: { did, password: 'another password' },
    updateAccountSigningKey: { did, signingKey: body.signingKey },
    updateSubjectStatus: { subject: { $type: `${admin}.defs#repoRef`, did }, takedown: { applied: true } },
  }
  const answers = [
    ...(await Promise.all(
      Object.entries(inputs).map(
        async ([name, input]) => [name, await pds.post(`${admin}.${name}`, input, { headers })] as const,
      ),
    )),
    ['getAccountInfo', await pds.get(`${admin}.getAccountInfo`, { headers, params: { did } })] as const,
    ['getSubjectStatus', await pds.get(`${admin}.getSubjectStatus`, { headers, params: { did } })] as const,
  ]
  for (const [name, { status, body: refusal }] of answers) {
    expect({ status, body: refusal }, name).toEqual({
      status: 400,
      body: { error: 'NotFound', message: 'Could not find account' },
    })
  }
})

it('leave the identity alone of an account that is deleted before its handle is changed', async () => {
  const ann = await pds.account('ann')
  const before = await directory.handles()
  const [deleted, changed] = await Promise.all([
    pds.post(`${admin}.deleteAccount`, { did: ann.did }, { headers }),
    pds.post(`${admin}.updateAccountHandle`, { did: ann.did, handle: 'anna.test' }, { headers }),
  ])
  expect([deleted.status, changed.body]).toEqual([200, { error: 'NotFound', message: 'Could not find account' }])
  expect(await directory.handles()).toEqual(before)
  expect(await pds.adapters.storage.claims.of(ann.did)).toBeUndefined()
})
