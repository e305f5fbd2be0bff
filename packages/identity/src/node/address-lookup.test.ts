import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createAddressLookup, lookupFunction } from './address-lookup.ts'
import { createGuardedFetch } from './guarded-fetch.ts'

/** A name server that responds by the name it is asked for, and not at all about `silent`. */
let server: Socket
let nameserver: string
let folder: string
let hostsFile: string
let questions = 0

beforeAll(async () => {
  server = createSocket('udp4')
  server.on('message', (query, { port, address }) => {
    questions += 1
    const response = responseTo(query)
    if (response) server.send(response, port, address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  nameserver = `127.0.0.1:${(server.address() as AddressInfo).port}`
  folder = await mkdtemp(join(tmpdir(), 'hosts-'))
  hostsFile = join(folder, 'hosts')
  await writeFile(hostsFile, '# names\n192.0.2.7 Plc plc.test # the directory\n2001:db8::7 plc.test\nnonsense\n')
})

afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

const [typeA, typeAaaa] = [1, 28]

function responseTo(query: Buffer): Buffer | undefined {
  let end = 12
  const labels: string[] = []
  while (query[end]) {
    labels.push(query.toString('latin1', end + 1, end + 1 + query[end]!))
    end += query[end]! + 1
  }
  const type = query.readUInt16BE(end + 1)
  const name = labels.join('.')
  if (name.startsWith('silent') || (name === 'half-silent.test' && type === typeAaaa)) return undefined
  const code = name === 'missing.test' ? 3 : name === 'broken.test' ? 2 : 0
  const has4 = code === 0 && type === typeA && name !== 'six.test' && name !== 'empty.test'
  const has6 = code === 0 && type === typeAaaa && (name === 'six.test' || name === 'both.test')
  const address = has4 ? [192, 0, 2, 1] : has6 ? [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1] : undefined
  const header = Buffer.alloc(12)
  query.copy(header, 0, 0, 2)
  header.writeUInt16BE(0x8180 | code, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(address ? 1 : 0, 6)
  const record = address ? [Buffer.of(0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, address.length, ...address)] : []
  return Buffer.concat([header, query.subarray(12, end + 5), ...record])
}

const look = (host: string, options: Parameters<ReturnType<typeof createAddressLookup>>[1] = {}, timeoutMs = 3000) =>
  createAddressLookup({ nameservers: [nameserver], hostsFile, timeoutMs })(host, options)

const four = { address: '192.0.2.1', family: 4 }
const six = { address: '2001:db8::1', family: 6 }

it.each([
  ['both.test', [four, six]],
  ['four.test', [four]],
  ['six.test', [six]],
  ['half-silent.test', [four]],
])('finds the addresses of %s in both families', async (host, addresses) => {
  expect(await look(host)).toEqual(addresses)
})

it('asks for one family only where that is wanted', async () => {
  expect(await look('both.test', { family: 6 })).toEqual([six])
  await expect(look('six.test', { family: 4 })).rejects.toMatchObject({ code: 'ENOTFOUND' })
})

it('knows addresses, the hosts file and localhost without asking', async () => {
  const before = questions
  expect(await look('192.0.2.9')).toEqual([{ address: '192.0.2.9', family: 4 }])
  expect(await look('::1')).toEqual([{ address: '::1', family: 6 }])
  expect(await look('PLC.test')).toEqual([
    { address: '192.0.2.7', family: 4 },
    { address: '2001:db8::7', family: 6 },
  ])
  expect(await look('plc', { family: 4 })).toEqual([{ address: '192.0.2.7', family: 4 }])
  for (const name of ['localhost', 'LOCALHOST.', 'pds.localhost']) {
    expect(await look(name)).toEqual([
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ])
  }
  expect(questions).toBe(before)
})

it('reads the hosts file again after it has changed, and goes without one that is not there', async () => {
  const file = join(folder, 'other')
  const lookUp = createAddressLookup({ nameservers: [nameserver], hostsFile: file })
  expect(await lookUp('new.test')).toEqual([four])
  await writeFile(file, '192.0.2.8 new.test\n')
  expect(await lookUp('new.test')).toEqual([{ address: '192.0.2.8', family: 4 }])
})

it.each([
  ['missing.test', 'ENOTFOUND'],
  ['empty.test', 'ENOTFOUND'],
  ['broken.test', 'ESERVFAIL'],
])('tells a name without addresses from a failure: %s', async (host, code) => {
  await expect(look(host)).rejects.toMatchObject({ code })
})

it('gives up after its time, all tries included', async () => {
  await expect(look('silent.test', {}, 20)).rejects.toMatchObject({ code: 'ETIMEOUT' })
})

it('ends with its signal', async () => {
  const caller = new AbortController()
  const looking = look('silent.test', { signal: caller.signal }, 60_000)
  setImmediate(() => caller.abort(new Error('left')))
  await expect(looking).rejects.toThrow('left')
  await expect(look('both.test', { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone')
})

it('serves node:net in its own form', async () => {
  const lookup = lookupFunction(createAddressLookup({ nameservers: [nameserver], hostsFile }))
  const looked = (host: string, options: object) =>
    new Promise<unknown[]>((resolve) => lookup(host, options, (...found) => resolve(found)))
  expect(await looked('both.test', { all: true })).toEqual([null, [four, six]])
  expect(await looked('both.test', {})).toEqual([null, '192.0.2.1', 4])
  expect(await looked('both.test', { family: 'IPv6' })).toEqual([null, '2001:db8::1', 6])
  expect(await looked('missing.test', {})).toEqual([expect.objectContaining({ code: 'ENOTFOUND' }), []])
})

it('leaves the threads of the process alone: forty silent names hold up neither files nor other names, and end with their callers', async () => {
  const ended: string[] = []
  const lookUp = createAddressLookup({ nameservers: [nameserver], hostsFile, timeoutMs: 60_000 })
  const fetch = createGuardedFetch({
    timeoutMs: 60_000,
    lookup: lookupFunction(async (host, options) => lookUp(host, options).finally(() => ended.push(host))),
  })
  const callers = Array.from({ length: 40 }, () => new AbortController())
  const before = questions
  const answers = callers.map(({ signal }, number) =>
    fetch(`https://silent${number}.example.com/`, { signal }).catch((error: Error) => error.name),
  )
  await vi.waitFor(() => expect(questions - before).toBeGreaterThanOrEqual(40))
  expect(await readFile(hostsFile, 'utf8')).toContain('names')
  expect(await look('both.test')).toEqual([four, six])
  expect(ended).toEqual([])
  for (const caller of callers) caller.abort()
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['AbortError']))
  await vi.waitFor(() => expect(ended).toHaveLength(40))
  await fetch.close()
})
