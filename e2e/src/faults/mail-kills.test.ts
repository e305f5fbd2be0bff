import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { tellFigures } from './figures.ts'
import { Random } from './random.ts'
import { openWorld, type World } from './world.ts'

const kills = Number(process.env['FAULT_MAIL_KILLS'] ?? 1)
const people = 6

/** A mail that an SMTP server took, which is slow so that servers are killed while they send. */
interface Taken {
  readonly to: string
  readonly messageId: string
  readonly code: string
}

let world: World
let smtp: SMTPServer
const taken: Taken[] = []

beforeEach(async () => {
  smtp = new SMTPServer({
    hideSTARTTLS: true,
    authOptional: true,
    closeTimeout: 0,
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', async () => {
        const source = Buffer.concat(chunks).toString()
        await sleep(40)
        taken.push({
          to: envelope.rcptTo[0]?.address ?? '',
          messageId: /^Message-ID: (\S+)/m.exec(source)?.[1] ?? '',
          code: /\b[A-Z2-7]{5}-[A-Z2-7]{5}\b/.exec(source)?.[0] ?? '',
        })
        done()
      })
    },
  })
  smtp.on('error', () => {}) // connections of killed servers
  smtp.listen(0, '127.0.0.1')
  await once(smtp.server, 'listening')
  const { port } = smtp.server.address() as AddressInfo // it listens on a port
  world = await openWorld({
    env: { PDS_EMAIL_SMTP_URL: `smtp://127.0.0.1:${port}`, PDS_EMAIL_FROM_ADDRESS: 'pds@example.com' },
  })
  await world.server.start()
})
afterEach(async () => {
  await world.close()
  await new Promise<void>((resolve) => smtp.close(() => resolve()))
})

interface Person {
  readonly email: string
  readonly token: string
}

async function post(nsid: string, body: object | undefined, token?: string): Promise<Response> {
  return fetch(`${world.server.url}/xrpc/com.atproto.server.${nsid}`, {
    method: 'POST',
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
}

async function signUp(name: string): Promise<Person> {
  const email = `${name}@example.com`
  const response = await post('createAccount', { handle: `${name}.test`, email, password: 'password' })
  const { accessJwt } = (await response.json()) as { accessJwt: string }
  return { email, token: accessJwt }
}

it(
  'mails that were queued when the server was killed are sent after the next start, each with a code that works',
  async () => {
    const random = new Random(11)
    const everybody = await Promise.all(Array.from({ length: people }, (_, n) => signUp(`person${n}`)))
    let acknowledged = 0
    for (let round = 0; round < kills; round++) {
      const before = taken.length
      const asking = everybody.map(async (person) => {
        const { ok } = await post('requestEmailConfirmation', undefined, person.token).catch(() => ({ ok: false }))
        return ok ? [person] : []
      })
      // While requests, mails or nothing are under way.
      await Promise.race([Promise.all(asking), sleep(random.between(5, 30))])
      await sleep(random.between(0, 60))
      await world.server.stop('SIGKILL')
      const owed = (await Promise.all(asking)).flat()
      acknowledged += owed.length
      await world.server.start()
      for (const { email, token } of owed) {
        await expect
          .poll(() => taken.slice(before).some(({ to }) => to === email), { timeout: 10_000, message: email })
          .toBe(true)
        const { code } = taken.findLast(({ to }) => to === email) ?? { code: '' }
        expect((await post('confirmEmail', { email, token: code }, token)).status).toBe(200)
      }
    }
    const again = taken.length - new Set(taken.map(({ messageId }) => messageId)).size
    // What was being handed over when the server was killed: three mails at a time.
    expect(again).toBeLessThanOrEqual(3 * kills)
    tellFigures('kills while mails are sent', `${kills} kills: ${acknowledged} mails owed, 0 lost, ${again} sent twice`)
  },
  60_000 + kills * 15_000,
)
