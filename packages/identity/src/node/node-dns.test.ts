import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nodeDns } from './node-dns.ts'

const codes = { ok: 0, serverFailure: 2, noSuchName: 3 }

/** Just enough of a DNS server: one question, TXT answers. */
let server: Socket
let nameserver: string

beforeAll(async () => {
  server = createSocket('udp4')
  server.on('message', (query, { port, address }) => {
    const answer = answerTo(query)
    if (answer) server.send(answer, port, address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  nameserver = `127.0.0.1:${server.address().port}`
})

afterAll(() => {
  server.close()
})

function answerTo(query: Buffer): Buffer | undefined {
  let end = 12
  const labels: string[] = []
  while (query[end]) {
    labels.push(query.toString('latin1', end + 1, end + 1 + query[end]!))
    end += query[end]! + 1
  }
  const question = query.subarray(12, end + 5)
  const name = labels.join('.')
  if (name === 'silent.test') return undefined
  if (name === 'missing.test') return message(query, question, codes.noSuchName, [])
  if (name === 'broken.test') return message(query, question, codes.serverFailure, [])
  if (name === 'empty.test') return message(query, question, codes.ok, [])
  return message(query, question, codes.ok, [['one'], ['did=did:plc:', 'ewvi7nxzyoun6zhxrhs64oiz']])
}

function message(query: Buffer, question: Buffer, code: number, records: string[][]): Buffer {
  const header = Buffer.alloc(12)
  query.copy(header, 0, 0, 2)
  header.writeUInt16BE(0x8180 | code, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 6)
  return Buffer.concat([header, question, ...records.map(record)])
}

function record(pieces: string[]): Buffer {
  const text = Buffer.concat(pieces.map((piece) => Buffer.concat([Buffer.of(piece.length), Buffer.from(piece)])))
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0) // the name of the question
  head.writeUInt16BE(16, 2) // TXT
  head.writeUInt16BE(1, 4) // IN
  head.writeUInt32BE(60, 6)
  head.writeUInt16BE(text.length, 10)
  return Buffer.concat([head, text])
}

it('joins the pieces of each record', async () => {
  expect(await nodeDns({ nameservers: [nameserver] })('alice.test')).toEqual([
    'one',
    'did=did:plc:ewvi7nxzyoun6zhxrhs64oiz',
  ])
})

it('takes a name for a nameserver', async () => {
  const [, port] = nameserver.split(':')
  expect(await nodeDns({ nameservers: [`localhost:${port}`], timeoutMs: 300 })('alice.test')).toHaveLength(2)
})

it.each(['missing.test', 'empty.test'])('has no records for %s', async (name) => {
  expect(await nodeDns({ nameservers: [nameserver] })(name)).toEqual([])
})

it('throws when the server fails, which says nothing about the name', async () => {
  await expect(nodeDns({ nameservers: [nameserver], tries: 1 })('broken.test')).rejects.toMatchObject({
    code: 'ESERVFAIL',
  })
})

it('throws when no answer comes in time', async () => {
  await expect(nodeDns({ nameservers: [nameserver], timeoutMs: 20, tries: 1 })('silent.test')).rejects.toMatchObject({
    code: 'ETIMEOUT',
  })
})

it('stops when the caller does', async () => {
  const abort = new AbortController()
  const looking = nodeDns({ nameservers: [nameserver] })('silent.test', { signal: abort.signal })
  setImmediate(() => abort.abort())
  await expect(looking).rejects.toMatchObject({ code: 'ECANCELLED' })
  await expect(nodeDns()('alice.test', { signal: AbortSignal.abort(new Error('over')) })).rejects.toThrow('over')
})

it('refuses a nameserver that has no address', async () => {
  await expect(nodeDns({ nameservers: ['nowhere.invalid'] })('alice.test')).rejects.toThrow()
})
