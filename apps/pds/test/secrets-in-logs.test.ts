import { createPlcDirectory } from '@atoll/plc-directory'
import { createLog } from '@atoll/process'
import { MemoryBlobStore, MemoryPdsStorage } from '@atoll/storage'
import { expect, it } from 'vitest'
import { readConfig } from '../src/config/config.ts'
import { createPds } from '../src/pds.ts'
import { environment } from './pds-under-test.ts'

it('writes no password, token or key to the log, at any level, whether a call succeeds or fails', async () => {
  const lines: string[] = []
  const key = '0123456789abcdef'.repeat(4)
  const { config } = readConfig({ ...environment, PDS_KEY_ENCRYPTION_KEY: key, PDS_RATE_LIMITS_ENABLED: 'true' })
  const storage = new MemoryPdsStorage()
  const directory = createPlcDirectory()
  const pds = await createPds({
    config,
    log: createLog({ enabled: true, level: 'debug', write: (line) => lines.push(line) }),
    adapters: {
      storage,
      blobStore: new MemoryBlobStore(),
      plcFetch: (url, init) => directory.fetch(new Request(url, init)),
    },
  })
  const secrets = new Set([
    key,
    environment.PDS_JWT_SECRET,
    environment.PDS_ADMIN_PASSWORD,
    btoa(`admin:${environment.PDS_ADMIN_PASSWORD}`),
    environment.PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX,
  ])
  const secret = (text: string): string => {
    secrets.add(text)
    return text
  }
  const call = async (method: string, nsid: string, authorization?: string, input?: object) => {
    const response = await pds.router.fetch(
      new Request(`http://localhost:2583/xrpc/${nsid}`, {
        method,
        headers: {
          ...(authorization && { authorization }),
          ...(input && { 'content-type': 'application/json' }),
        },
        ...(input && { body: JSON.stringify(input) }),
      }),
    )
    const body = (await response.json().catch(() => ({}))) as Record<string, string>
    for (const name of ['accessJwt', 'refreshJwt', 'token', 'password']) if (body[name]) secret(body[name])
    return { status: response.status, body }
  }
  const server = 'com.atproto.server.'
  const password = secret('the password of alice')
  const account = { handle: 'alice.test', email: 'alice@example.com', password }
  const created = await call('POST', `${server}createAccount`, undefined, account)
  expect(created.status).toBe(200)
  const bearer = (token: string | undefined) => `Bearer ${token}`
  const signIn = (given: string) => ({ identifier: 'alice.test', password: given })
  const { body: session } = await call('POST', `${server}createSession`, undefined, signIn(password))
  await call('POST', `${server}createSession`, undefined, signIn(secret('not her password')))
  await call('GET', `${server}getSession`, bearer(session['accessJwt']))
  await call('GET', `${server}getSession`, bearer(secret('forged.token.of-somebody')))
  await call('GET', `${server}getSession`, bearer(session['refreshJwt']))
  await call('POST', `${server}createAppPassword`, bearer(session['accessJwt']), { name: 'app' })
  await call('POST', `${server}requestPasswordReset`, undefined, { email: account.email })
  await call('POST', `${server}resetPassword`, undefined, {
    token: secret('abcde-fghij'),
    password: secret('another password'),
  })
  await call('POST', `${server}createInviteCode`, `Basic ${btoa(`admin:${secret('a wrong password')}`)}`, {
    useCount: 1,
  })
  await call('POST', `${server}createInviteCode`, `Basic ${btoa(`admin:${environment.PDS_ADMIN_PASSWORD}`)}`, {
    useCount: 1,
  })
  await call('POST', `${server}refreshSession`, bearer(session['refreshJwt']))
  // A fault of the server: its error is logged whole.
  const { sessions } = storage
  const get = sessions.get.bind(sessions)
  sessions.get = (id) => Promise.reject(new Error(`cannot read ${id.length} characters`))
  expect((await call('POST', `${server}refreshSession`, bearer(session['refreshJwt']))).status).toBe(500)
  sessions.get = get
  await call('POST', `${server}deleteSession`, bearer(session['refreshJwt']))
  await pds.settled()
  await pds.close()
  await storage.close()

  expect(lines.length).toBeGreaterThan(10)
  const log = lines.join('\n')
  // One that is logged in part is found by its beginning or its end.
  for (const each of secrets) {
    expect(log).not.toContain(each.slice(0, 24))
    expect(log).not.toContain(each.slice(-16))
  }
})
