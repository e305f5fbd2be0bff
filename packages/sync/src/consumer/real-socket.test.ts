// The consumer against a real server, with the two kinds of WebSocket that Node has.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OpenSocket } from '@atoll/xrpc'
import { describe, expect, it } from 'vitest'
import { WebSocket as NodeSocket } from 'ws'
import { didOf, frameOf, gate, MemoryCursorStore, seqOf } from '../../test/events.ts'
import { FirehoseServer } from '../../test/firehose-server.ts'
import { integer, seeded } from '../../test/random.ts'
import { createFirehoseConsumer } from './consumer.ts'
import type { FirehoseEvent } from './firehose-event.ts'

const kinds: [name: string, webSocket: OpenSocket][] = [
  ['the global WebSocket', (url) => new WebSocket(url)],
  ['the WebSocket of ws', (url, options) => new NodeSocket(url, options)],
]
const accounts = 20
const total = 3000

describe.each(kinds)('over %s', (_, webSocket) => {
  it('each event comes once, those of an account in order, while connections are killed and consumers replaced', async () => {
    const server = await FirehoseServer.open()
    const random = seeded(11)
    const seqs: number[] = []
    const append = () => {
      const seq = server.last + 1 + integer(random, 3)
      seqs.push(seq)
      server.append(seq, frameOf(seq, integer(random, accounts)))
    }
    // Half of them are there, and the others come while they are read.
    while (seqs.length < total / 2) append()
    const cursorStore = new MemoryCursorStore()
    const seen: FirehoseEvent[] = []
    const handle = async (event: FirehoseEvent) => {
      for (let turns = integer(random, 3); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
      seen.push(event)
      if (seqs.length < total) append()
      if (seen.length % 41 === 0) server.kill()
    }
    for (const count of [total / 3, total / 2, total]) {
      const enough = gate()
      const consumer = createFirehoseConsumer({
        service: server.url,
        cursorStore,
        webSocket,
        start: 'oldest',
        concurrency: 8,
        backoff: { minMs: 1, maxMs: 4 },
        onEvent: async (event) => {
          await handle(event)
          if (seen.length >= count) enough.open()
        },
      })
      const run = consumer.run()
      await Promise.race([enough.opened, run])
      await consumer.close()
      await run
    }
    expect(seen.map(seqOf).toSorted((a, b) => a - b)).toEqual(seqs)
    for (let name = 0; name < accounts; name++) {
      const own = seen.filter(({ message }) => message.did === didOf(name)).map(seqOf)
      expect(own).toEqual(own.toSorted((a, b) => a - b))
    }
    expect(cursorStore.value).toBe(server.last)
    // Three consumers, and some of the kills: how many of them find a connection is up to the
    // machine.
    expect(server.connections).toBeGreaterThan(6)
    await server.close()
  })

  it('a server that is gone for a while is found again', async () => {
    const first = await FirehoseServer.open()
    const seen: number[] = []
    const [one, two] = [gate(), gate()]
    const consumer = createFirehoseConsumer({
      service: first.url,
      cursorStore: new MemoryCursorStore(),
      webSocket,
      start: 'oldest',
      backoff: { minMs: 1, maxMs: 4 },
      onEvent: (event) => {
        seen.push(seqOf(event))
        if (seqOf(event) === 1) one.open()
        else two.open()
      },
    })
    const run = consumer.run()
    first.append(1, frameOf(1))
    await one.opened
    await first.close()
    const second = await FirehoseServer.open(first.port)
    for (const seq of [1, 2]) second.append(seq, frameOf(seq))
    await two.opened
    await consumer.close()
    await run
    expect(seen).toEqual([1, 2])
    await second.close()
  })
})

it('with ws, a message that is too long is refused when it begins', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.on('upgrade', ({ headers }, socket) => {
    socket.on('error', () => {})
    const key = createHash('sha1').update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    const accept = `sec-websocket-accept: ${key.digest('base64')}`
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n${accept}\r\n\r\n`)
    // A binary message of 5,000,001 bytes, of which nothing comes. By itself `ws` would take twenty
    // times as much.
    socket.write(Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 0x4c, 0x4b, 0x41]))
  })
  const refused = gate()
  const endings: unknown[] = []
  const consumer = createFirehoseConsumer({
    service: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cursorStore: new MemoryCursorStore(),
    webSocket: (url, options) => new NodeSocket(url, options),
    idleTimeoutMs: 3_600_000,
    onEvent: () => {},
    onNotice: (notice) => {
      if (notice.kind !== 'disconnected') return
      endings.push(notice.ending)
      refused.open()
    },
  })
  const run = consumer.run()
  await refused.opened
  await consumer.close()
  await run
  expect(endings[0]).toEqual({ kind: 'oversized', bytes: 5_000_001 })
  server.closeAllConnections()
  server.close()
})
