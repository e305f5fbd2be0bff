import { MemoryPdsStorage, type PdsTransaction } from '@atoll/storage'
import { type Did, formatDatetime } from '@atoll/syntax'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { MailRefusedError, type OutgoingMail } from './mailer.ts'
import { type NewMail, Outbox } from './outbox.ts'

const alice: Did = 'did:plc:alicealicealicealicealic'
const second = 1000
const minute = 60 * second

const mail: NewMail = {
  did: alice,
  channel: 'accounts',
  recipient: 'alice@mail.test',
  subject: 'A subject',
  text: 'Text',
  html: '<p>Text</p>',
}

let storage: MemoryPdsStorage
let outbox: Outbox
/** What each try has sent. */
let tries: OutgoingMail[]
/** What the mailer does with the next tries; then it takes everything. */
let outcomes: (Error | undefined)[]
let warnings: string[]
const onError = vi.fn()

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) })
  storage = new MemoryPdsStorage()
  outbox = start()
  tries = []
  outcomes = []
  warnings = []
})
afterEach(async () => {
  await outbox.close()
  vi.useRealTimers()
  expect(onError).not.toHaveBeenCalled()
})

function start(): Outbox {
  const send = async (sent: OutgoingMail) => {
    tries.push(sent)
    const outcome = outcomes.shift()
    if (outcome) throw outcome
  }
  const mailer = { isDelivering: true, send, close: async () => {} }
  return new Outbox({
    service: 'did:web:pds.test',
    storage,
    mailers: { accounts: mailer, moderation: mailer },
    log: { warn: (message, fields) => void warnings.push(`${message} ${JSON.stringify(fields)}`) },
    onError,
  })
}

const refused = (isPermanent: boolean) => new MailRefusedError('RCPT TO', { isPermanent })
const unreachable = () => new Error('connect ECONNREFUSED')

it('sends a mail at once, and keeps nothing of it', async () => {
  await outbox.queue(mail)
  await outbox.settled()
  expect(tries).toMatchObject([{ to: 'alice@mail.test', subject: 'A subject', text: 'Text', html: '<p>Text</p>' }])
  expect(await storage.outbox.count()).toBe(0)
})

it('sends again what is refused for now, later and later, as the same mail', async () => {
  outcomes = [refused(false), refused(false)]
  await outbox.queue(mail)
  await vi.advanceTimersByTimeAsync(29 * second)
  expect(tries).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(16 * second)
  expect(tries).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(44 * second)
  expect(tries).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(16 * second)
  expect(tries).toHaveLength(3)
  expect(new Set(tries.map(({ id }) => id)).size).toBe(1)
  expect(await storage.outbox.count()).toBe(0)
})

it('gives up what is refused for good, and goes on', async () => {
  outcomes = [refused(true)]
  await outbox.queue({ ...mail, topic: 'confirm_email' })
  await outbox.queue(mail)
  await outbox.settled()
  expect(tries).toHaveLength(2)
  expect(await storage.outbox.count()).toBe(0)
  expect(warnings).toEqual([
    `a mail was refused for good {"did":"${alice}","topic":"confirm_email","reason":"RCPT TO"}`,
  ])
})

it('waits for a server that cannot be reached, without trying once for each mail', async () => {
  outcomes = Array.from({ length: 4 }, unreachable)
  for (let n = 0; n < 8; n++) await outbox.queue(mail)
  await outbox.settled()
  expect(tries.length).toBeLessThanOrEqual(3)
  expect(warnings).toHaveLength(1)
  await outbox.queue(mail)
  await outbox.settled()
  expect(tries.length).toBeLessThanOrEqual(3)
  await vi.advanceTimersByTimeAsync(minute)
  expect(await storage.outbox.count()).toBe(0)
  expect(new Set(tries.map(({ id }) => id)).size).toBe(9)
})

it('drops a mail that could not be sent in time, and never sends it afterwards', async () => {
  outcomes = Array.from({ length: 100 }, unreachable)
  const expiresAt = formatDatetime(new Date(Date.now() + 14 * minute))
  await outbox.queue({ ...mail, topic: 'sign_in', expiresAt })
  await vi.advanceTimersByTimeAsync(16 * minute)
  expect(await storage.outbox.count()).toBe(0)
  const made = tries.length
  outcomes = []
  await vi.advanceTimersByTimeAsync(10 * minute)
  expect(tries).toHaveLength(made)
  expect(warnings.at(-1)).toContain('a mail was dropped: it could not be sent in time')
})

it('lets a mail that makes the server hang up hold up no others', async () => {
  outcomes = [unreachable()]
  await outbox.queue({ ...mail, subject: 'poison' })
  await outbox.settled()
  await outbox.queue({ ...mail, subject: 'other' })
  outcomes = [undefined]
  await vi.advanceTimersByTimeAsync(3 * second)
  expect(tries.map(({ subject }) => subject)).toContain('other')
})

it('sends what waited when the process ended', async () => {
  outcomes = Array.from({ length: 3 }, unreachable)
  await outbox.queue(mail)
  await outbox.close()
  outcomes = []
  await vi.advanceTimersByTimeAsync(3 * second)
  const before = tries.length
  outbox = start()
  outbox.wake()
  await outbox.settled()
  expect(tries).toHaveLength(before + 1)
  expect(await storage.outbox.count()).toBe(0)
})

it('does not send a mail twice because it cannot be deleted', async () => {
  const transact = storage.transact.bind(storage)
  await outbox.queue({ ...mail, did: undefined })
  vi.spyOn(storage, 'transact').mockImplementationOnce(async () => {
    throw new Error('disk full')
  })
  await outbox.settled()
  expect(onError).toHaveBeenCalledOnce()
  onError.mockClear()
  vi.mocked(storage.transact).mockImplementation(transact as never)
  await vi.advanceTimersByTimeAsync(2 * minute)
  expect(tries).toHaveLength(1)
  expect(await storage.outbox.count()).toBe(0)
})

it('refuses more than an account may have waiting, but keeps the sign-up that wanted it', async () => {
  outcomes = Array.from({ length: 100 }, unreachable)
  for (let n = 0; n < 50; n++) await outbox.queue(mail)
  await expect(outbox.queue(mail)).rejects.toMatchObject({ error: 'ServiceUnavailable' })
  const add = (tx: Pick<PdsTransaction, 'outbox'>) => outbox.add(tx, { ...mail, did: undefined })
  await storage.transact(alice, add)
  expect(await storage.outbox.count()).toBe(51)
})
