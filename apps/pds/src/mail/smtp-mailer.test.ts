import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SMTPServerOptions } from 'smtp-server'
import { afterEach, expect, it } from 'vitest'
import { SmtpReceiver } from '../../test/smtp-receiver.ts'
import { type Mailer, MailRefusedError, type OutgoingMail } from './mailer.ts'
import { openSmtpMailer } from './smtp-mailer.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

const mail: OutgoingMail = {
  id: 'one',
  to: 'ann@example.com',
  subject: 'Grüße',
  text: 'Your code:\n\n    ABCDE-FGHJK\n',
  html: '<p>Your code: <b>ABCDE-FGHJK</b></p>',
}

async function receiver(options?: SMTPServerOptions, host?: string): Promise<SmtpReceiver> {
  const opened = await SmtpReceiver.open(options, { ...(host ? { host } : {}) })
  open.push(opened)
  return opened
}

async function mailer(url: string, from = 'Islands <pds@example.com>'): Promise<Mailer> {
  const opened = await openSmtpMailer({ url, from, hostname: 'pds.example.com' })
  open.push(opened)
  return opened
}

/** The error of a server that answers like this. */
function refusal(responseCode: number): Error {
  return Object.assign(new Error('the address ann@example.com is not liked'), { responseCode })
}

it('hands over a mail in both forms, encrypted and signed in where the server offers it', async () => {
  const server = await receiver({
    onAuth({ username, password }, _, done) {
      if (username === 'us%r' && password === 'p:ss') done(null, { user: username })
      else done(new Error('unknown'))
    },
  })
  await (await mailer(server.url('us%25r:p%3Ass@'))).send(mail)
  expect(server.received).toMatchObject([
    { from: 'pds@example.com', to: ['ann@example.com'], isEncrypted: true, user: 'us%r' },
  ])
  const [{ source } = { source: '' }] = server.received
  expect(source).toContain('Message-ID: <one@pds.example.com>')
  expect(source).toContain('From: Islands <pds@example.com>')
  expect(source).toContain('To: ann@example.com')
  expect(source).toContain('Auto-Submitted: auto-generated')
  expect(source).toMatch(/Content-Type: multipart\/alternative/)
  expect(source).toMatch(/Content-Type: text\/plain.*Content-Type: text\/html/s)
})

it('speaks TLS from the start (smtps), and IPv6', async () => {
  const secure = await receiver({ secure: true })
  await (await mailer(secure.url().replace('smtp:', 'smtps:'))).send(mail)
  expect(secure.received).toMatchObject([{ isEncrypted: true }])
  const six = await receiver({ hideSTARTTLS: true }, '::1')
  await (await mailer(`smtp://[::1]:${six.port}`)).send(mail)
  expect(six.received).toMatchObject([{ isEncrypted: false }])
})

it('lets nothing in a mail add a header or a recipient', async () => {
  const server = await receiver()
  const sender = await mailer(server.url(), 'Isl"ands, bcc: x <pds@example.com>')
  await sender.send({ ...mail, subject: 'Hello\r\nBcc: eve@evil.test\r\n\r\nbody' })
  await sender.send({ ...mail, id: 'two>\r\nX-Eve: yes' })
  const hostile = { ...mail, to: 'ann@example.com\r\nRCPT TO:<eve@evil.test>, mallory@evil.test' }
  await sender.send(hostile).catch(() => undefined)
  for (const { source, to } of server.received) {
    const [head = ''] = source.split('\r\n\r\n')
    expect(head).not.toMatch(/^(bcc|x-eve|rcpt)/im)
    expect(to).toHaveLength(1)
    expect(to).not.toContain('eve@evil.test')
    expect(to).not.toContain('mallory@evil.test')
  }
  expect(server.received.length).toBeGreaterThanOrEqual(2)
})

it.each([550, 552])('tells a mail that is refused for good: %i', async (code) => {
  const atAddress = await receiver({ onRcptTo: (_, __, done) => done(refusal(code)) })
  const atEnd = await receiver({
    onData(stream, _, done) {
      stream.resume().on('end', () => done(refusal(code)))
    },
  })
  for (const server of [atAddress, atEnd]) {
    const error = await (await mailer(server.url())).send(mail).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(MailRefusedError)
    expect(error).toMatchObject({ isPermanent: true })
    expect((error as MailRefusedError).message).not.toContain('ann@')
  }
})

it('tells a mail that is refused for now', async () => {
  const server = await receiver({ onRcptTo: (_, __, done) => done(refusal(451)) })
  const error = await (await mailer(server.url())).send(mail).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ name: 'MailRefusedError', isPermanent: false, message: 'RCPT TO 451' })
})

it('takes a server that refuses everybody for one that cannot be reached', async () => {
  const closing = await receiver({ onRcptTo: (_, __, done) => done(refusal(421)) })
  const unknownSender = await receiver({ onMailFrom: (_, __, done) => done(refusal(550)) })
  const wrongPassword = await receiver({ onAuth: (_, __, done) => done(new Error('unknown')) })
  const hangsUp = await receiver({ onData: (stream) => stream.once('data', () => hangsUp.hangUp()) })
  const gone = await SmtpReceiver.open()
  await gone.close()
  const port = hangsUp.port
  const urls = [
    closing.url(),
    unknownSender.url(),
    wrongPassword.url('a:b@'),
    `smtp://127.0.0.1:${port}?ignoreTLS=true`,
    'smtp://127.0.0.1:1',
  ]
  for (const url of urls) {
    const error = await (await mailer(url)).send(mail).catch((caught: unknown) => caught)
    expect(error, url).toBeInstanceOf(Error)
    expect(error, url).not.toBeInstanceOf(MailRefusedError)
  }
})

it('leaves a server that says nothing, from the start or in the middle of a mail', async () => {
  const silent = await receiver({ onConnect: () => {} })
  const stalling = await receiver({ onData: (stream) => void stream.resume() })
  for (const url of [`${silent.url()}&greetingTimeout=100`, `${stalling.url()}&socketTimeout=300`]) {
    const error = await (await mailer(url)).send(mail).catch((caught: unknown) => caught)
    expect(error, url).toMatchObject({ code: 'ETIMEDOUT' })
    expect(error, url).not.toBeInstanceOf(MailRefusedError)
  }
})

it('hands a mail to sendmail', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sendmail-'))
  const program = join(folder, 'sendmail')
  writeFileSync(program, `#!/bin/sh\necho "$@" > ${folder}/arguments\ncat > ${folder}/mail\n`)
  chmodSync(program, 0o755)
  try {
    const sender = await mailer(`smtp:///?sendmail=true&path=${encodeURIComponent(program)}`)
    await sender.send(mail)
    expect(readFileSync(join(folder, 'arguments'), 'utf8').trim()).toBe('-i -f pds@example.com ann@example.com')
    expect(readFileSync(join(folder, 'mail'), 'utf8')).toContain('Message-ID: <one@pds.example.com>')
    await expect(sender.send({ ...mail, to: '-x@example.com' })).rejects.toMatchObject({ isPermanent: true })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
