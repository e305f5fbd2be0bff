import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createGuardedFetch } from '@atoll/identity/node'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { HCaptcha } from '../src/captcha/hcaptcha.ts'
import type { PlannedSignUp } from '../src/hooks/hooks.ts'
import { type Answer, environment, PdsUnderTest } from './pds-under-test.ts'

const settings = {
  PDS_HCAPTCHA_SITE_KEY: 'a site key',
  PDS_HCAPTCHA_SECRET_KEY: 'a secret key',
  PDS_HCAPTCHA_TOKEN_SALT: 'a salt of the tests',
  PDS_SIGNUP_GATE_REDIRECTS: 'https://app.example.com,https://app.example.org/join',
}
const admin = { authorization: `Basic ${btoa(`admin:${environment.PDS_ADMIN_PASSWORD}`)}` }

/** In place of hCaptcha: one token is good. */
let server: Server
let verdict: { status: number; body: string } | undefined
let asked: { type: string | undefined; form: Record<string, string> }[]
let pds: PdsUnderTest
let planned: Omit<PlannedSignUp, 'signal' | 'refuse'>[]

beforeAll(async () => {
  server = createServer(async (request: IncomingMessage, response) => {
    const form = Object.fromEntries(new URLSearchParams(await text(request)))
    asked.push({ type: request.headers['content-type'], form })
    const { status, body } = verdict ?? { status: 200, body: JSON.stringify({ success: form.response === 'solved' }) }
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fetch = createGuardedFetch({ allowPrivate: true })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/siteverify`
  const captcha = new HCaptcha({ siteKey: 'a site key', secretKey: 'a secret key', fetch, url })
  const beforeSignUp = ({ signal, refuse, ...signUp }: PlannedSignUp) => {
    planned.push(signUp)
    if (signUp.handle === 'mallory.test') throw refuse('Forbidden', 'Not you')
    if (signUp.handle === 'slow.test') return new Promise<void>(() => {})
  }
  pds = await PdsUnderTest.start(settings, { captcha }, { hooks: { beforeSignUp, beforeSignUpTimeoutMs: 5 } })
})
beforeEach(() => {
  verdict = undefined
  asked = []
  planned = []
})
afterAll(async () => {
  await pds.close()
  await new Promise((resolve) => server.close(resolve))
})

const gate = (params: Record<string, string>, token?: string) =>
  pds.fetch(
    `/gate/signup?${new URLSearchParams(params)}`,
    token === undefined ? {} : { method: 'POST', body: new URLSearchParams({ 'h-captcha-response': token }) },
  )
const visit = { handle: 'ann.test', state: 'xyz' }
const signUp = (name: string, fields: object = {}, headers: Record<string, string> = {}) =>
  pds.post(
    'com.atproto.server.createAccount',
    { handle: `${name}.test`, email: `${name}@example.com`, password: 'a password', ...fields },
    { headers },
  )
const refusal = ({ body: { error, message } }: Answer) => ({ error, message })

async function codeFor(handle: string): Promise<string> {
  const response = await gate({ ...visit, handle }, 'solved')
  return new URL(response.headers.get('location')!).searchParams.get('code')!
}

describe('the page before sign-up', () => {
  it('shows the captcha, in the colours that the app asks for, and runs no other scripts', async () => {
    const response = await gate({ ...visit, colorScheme: 'dark' })
    const html = await response.text()
    expect(response.status).toBe(200)
    expect(html).toContain('data-sitekey="a site key" data-theme="dark"')
    expect(html).toContain('color-scheme: dark')
    expect(html.match(/<script/g)).toHaveLength(1)
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain('script-src https://hcaptcha.com https://*.hcaptcha.com;')
    expect(policy).toContain("form-action 'self' https://app.example.com https://app.example.org;")
  })

  it('brings the code of a person to the app, and only to those that the operator names', async () => {
    const response = await gate(visit, 'solved')
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toMatch(/^https:\/\/app\.example\.com\/\?code=[\w-]+&state=xyz$/)
    expect(asked).toEqual([
      {
        type: 'application/x-www-form-urlencoded',
        form: { secret: 'a secret key', sitekey: 'a site key', response: 'solved', remoteip: expect.any(String) },
      },
    ])
    const to = async (redirect: string) =>
      (await gate({ ...visit, redirect_url: redirect }, 'solved')).headers.get('location')
    expect(await to('https://app.example.org/join/')).toMatch(/^https:\/\/app\.example\.org\/join\?code=/)
    expect(await to('https://evil.example')).toMatch(/^https:\/\/app\.example\.com\/\?code=/)
  })

  it('asks again if the task is not solved, or cannot be verified', async () => {
    const unsolved = await gate(visit, 'unsolved')
    expect(unsolved.status).toBe(400)
    expect(await unsolved.text()).toContain('That did not work')
    expect((await gate(visit, '')).status).toBe(400)
    expect(asked).toHaveLength(1)
    for (const answer of [
      { status: 500, body: '{}' },
      { status: 200, body: 'nonsense' },
    ]) {
      verdict = answer
      expect((await gate(visit, 'solved')).status).toBe(502)
    }
    verdict = { status: 200, body: '{"success":"true"}' }
    expect((await gate(visit, 'solved')).status).toBe(400)
    expect(pds.warnings.filter((line) => line.includes('captcha could not be verified'))).toHaveLength(2)
  })

  it('refuses what no app sends', async () => {
    for (const wrong of [{ handle: 'ann.test' }, { state: 'xyz' }, { ...visit, state: 'x'.repeat(513) }]) {
      expect((await gate(wrong as never)).status).toBe(400)
    }
    const html = await (await gate({ handle: '<b>', state: '"><script>' })).text()
    expect(html).not.toContain('<script')
    const large = await pds.fetch('/gate/signup?handle=ann.test&state=xyz', {
      method: 'POST',
      body: new URLSearchParams({ 'h-captcha-response': 'x'.repeat(40_000) }),
    })
    expect(large.status).toBe(413)
    const json = await pds.fetch('/gate/signup?handle=ann.test&state=xyz', { method: 'POST', body: '{}' })
    expect(json.status).toBe(415)
  })
})

describe('createAccount with a captcha', () => {
  it('takes the code of its handle, and says to apps that it wants one', async () => {
    expect((await pds.get('com.atproto.server.describeServer')).body.phoneVerificationRequired).toBe(true)
    expect(refusal(await signUp('ann'))).toEqual({
      error: 'InvalidRequest',
      message: 'Verification is required on this server',
    })
    const verificationCode = await codeFor('ann.test')
    expect(refusal(await signUp('bea', { verificationCode }))).toMatchObject({ error: 'InvalidToken' })
    expect(planned).toEqual([])
    expect((await signUp('ann', { verificationCode })).status).toBe(200)
    expect(planned).toEqual([
      {
        handle: 'ann.test',
        email: 'ann@example.com',
        did: undefined,
        inviteCode: undefined,
        verificationCode,
        network: expect.any(String),
      },
    ])
  })

  it('wants none from whom the administrator vouches for', async () => {
    const { body } = await pds.post('com.atproto.server.createInviteCode', { useCount: 1 }, { headers: admin })
    expect((await signUp('cleo', { inviteCode: body.code })).status).toBe(200)
    expect(planned).toMatchObject([{ handle: 'cleo.test', inviteCode: body.code }])
    expect((await signUp('dora', {}, admin)).status).toBe(200)
    expect(planned).toHaveLength(1)
  })

  it('asks the hook of the operator, within its time', async () => {
    const join = async (name: string) => signUp(name, { verificationCode: await codeFor(`${name}.test`) })
    expect(refusal(await join('mallory'))).toEqual({ error: 'Forbidden', message: 'Not you' })
    expect(refusal(await join('slow'))).toMatchObject({
      error: 'ServiceUnavailable',
      message: 'The sign-up could not be checked in time; try again in a few seconds',
    })
    expect(await pds.adapters.storage.accounts.byHandle('mallory.test')).toBeUndefined()
  })
})
