import { once } from 'node:events'
import { generateKeyPair } from '@atoll/crypto'
import { createGenesis, PlcClient, updateOperation } from '@atoll/identity/plc'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type PlcServer, servePlc } from './serve-plc.ts'
import { pumpLines } from './stream-server.ts'

const key = generateKeyPair('k256')
const content = { signingKey: key.didKey(), rotationKeys: [key.didKey()], pds: 'https://pds.test', signer: key }

let server: PlcServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function serve() {
  server = await servePlc()
  const client = new PlcClient({ url: server.url, timeoutMs: 60_000 })
  const create = async (number: number) => {
    const genesis = createGenesis({ ...content, handle: `user${number}.test` })
    await client.submit(genesis.did, genesis.op)
    return genesis
  }
  return { url: server.url, client, create }
}

/** Reads messages as they come. */
function subscribe(url: string, query = '') {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/export/stream${query}`)
  const lines: { seq: number; [field: string]: unknown }[] = []
  let wake = () => {}
  socket.on('message', (data: Buffer) => {
    lines.push(JSON.parse(data.toString()))
    wake()
  })
  const upTo = async (count: number) => {
    while (lines.length < count) await new Promise<void>((resolve) => (wake = resolve))
    return lines
  }
  const closed = once(socket, 'close').then(([code, reason]) => `${code} ${reason}`)
  return { socket, upTo, closed, opened: once(socket, 'open') }
}

/** The status of a refused upgrade. */
async function refusalOf(url: string, path: string): Promise<number> {
  const socket = new WebSocket(url.replace('http', 'ws') + path).on('error', () => undefined)
  const [, response] = await once(socket, 'unexpected-response')
  response.destroy()
  return response.statusCode
}

describe('/export/stream', () => {
  it('sends what is accepted from now on, as the export has it', async () => {
    const { url, client, create } = await serve()
    await create(0)
    const { opened, upTo } = subscribe(url)
    await opened
    const { did, op } = await create(1)
    await client.submit(did, updateOperation(op, { handle: 'new.test' }, key))
    const exported = await (await fetch(`${url}/export?after=1`)).text()
    expect(await upTo(2)).toEqual(exported.split('\n').map((line) => JSON.parse(line)))
  })

  it('catches up from a cursor and goes on, without a gap or a repetition', async () => {
    const { url, create } = await serve()
    for (let number = 0; number < 30; number++) await create(number)
    const { upTo } = subscribe(url, '?cursor=10')
    await Promise.all(Array.from({ length: 30 }, (_, number) => create(100 + number)))
    expect((await upTo(50)).map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, at) => 11 + at))
  })

  it('is for every subscriber, each at its own place', async () => {
    const { url, create } = await serve()
    await create(0)
    const subscribers = ['?cursor=0', '?cursor=1', '?cursor=0'].map((query) => subscribe(url, query))
    await create(1)
    const seqs = await Promise.all(
      [2, 1, 2].map(async (count, at) => (await subscribers[at]!.upTo(count)).map(({ seq }) => seq)),
    )
    expect(seqs).toEqual([[1, 2], [2], [1, 2]])
  })

  it('closes with a reason for a cursor from the future', async () => {
    const { url, create } = await serve()
    await create(0)
    expect(await subscribe(url, '?cursor=2').closed).toBe('1000 FutureCursor')
  })

  it.each(['?cursor=x', '?cursor=-1', '?cursor=1.5', `?cursor=${'9'.repeat(30)}`])(
    'refuses %s before the upgrade',
    async (query) => {
      expect(await refusalOf((await serve()).url, `/export/stream${query}`)).toBe(400)
    },
  )

  it('is nowhere else, and nothing else', async () => {
    const { url } = await serve()
    expect(await refusalOf(url, '/export')).toBe(404)
    expect((await fetch(`${url}/export/stream`)).status).toBe(426)
  })

  it('says goodbye when the server closes', async () => {
    const { url } = await serve()
    const { opened, closed } = subscribe(url)
    await opened
    await server?.close()
    expect(await closed).toBe('1001 the server is closing')
  })
})

describe('a stream', () => {
  const never = new AbortController().signal
  const outlet = (send: (text: string, done: (error?: Error) => void) => void) => {
    const closings: string[] = []
    return { closings, send, close: (code: number, reason: string) => void closings.push(`${code} ${reason}`) }
  }
  async function* lines(ended: { isEnded: boolean }) {
    try {
      for (;;) yield 'line'
    } finally {
      ended.isEnded = true
    }
  }

  it('ends for a subscriber that does not read', async () => {
    const ended = { isEnded: false }
    let sent = 0
    const stuck = outlet((_, done) => {
      if (++sent < 3) done()
    })
    await pumpLines(lines(ended), stuck, never, { drainTimeoutMs: 20 })
    expect([stuck.closings, sent, ended.isEnded]).toEqual([['1000 ConsumerTooSlow'], 3, true])
  })

  it('ends when its socket has closed, and leaves others their turn until then', async () => {
    const ended = { isEnded: false }
    let [sent, turns] = [0, 0]
    const others = setInterval(() => turns++)
    const closing = outlet((_, done) => done(++sent > 100_000 || turns > 2 ? new Error('closed') : undefined))
    await pumpLines(lines(ended), closing, never)
    clearInterval(others)
    expect([closing.closings, turns > 2, ended.isEnded]).toEqual([[], true, true])
  })

  it('tells a subscriber nothing of a fault of ours, and reports it', async () => {
    const fault = new Error('the disk is gone')
    const errors: unknown[] = []
    const open = outlet((_, done) => done())
    const failing = async function* () {
      yield 'line'
      throw fault
    }
    await pumpLines(failing(), open, never, { onError: (error) => errors.push(error) })
    expect([open.closings, errors]).toEqual([['1011 '], [fault]])
  })
})
