/** Bodies in as many chunks as their bytes allow, on a real connection. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { NodeBody } from '../hosts/node-body.ts'
import { NodeRequest } from '../hosts/node-request.ts'
import { joinSmallChunks, SmallChunkLine } from './small-chunks.ts'

let server: Server
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server.close()
})

const turn = () => new Promise(setImmediate)
const chunked = (bytes: string) => bytes.replaceAll(/./gs, '1\r\n$&\r\n')
const text = (length: number) => Array.from({ length }, (_, at) => String.fromCharCode(97 + (at % 26))).join('')

async function listen(): Promise<void> {
  const line = new SmallChunkLine()
  server = createServer().on('request', (message) => joinSmallChunks(message, line))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}

/** A request whose body is for the test to send. */
async function request(header = 'transfer-encoding: chunked'): Promise<[IncomingMessage, Socket, ServerResponse]> {
  const { port } = server.address() as AddressInfo
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => {})
  sockets.push(socket)
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${header}\r\n\r\n`)
  const [message, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
  return [message, socket, response]
}

/** The most bytes that arrived on a socket between two turns of the event loop, until `isDone`. */
async function mostPerTurn({ socket }: IncomingMessage, isDone: () => boolean): Promise<number> {
  let most = 0
  for (let before = socket.bytesRead; !isDone(); before = socket.bytesRead) {
    await turn()
    most = Math.max(most, socket.bytesRead - before)
  }
  return most
}

describe('a body in chunks of one byte', () => {
  const sent = text(150_000)

  it('comes whole and in order, in few pieces', async () => {
    await listen()
    const [message, socket] = await request()
    socket.write(`${chunked(sent)}0\r\n\r\n`)
    const received: Uint8Array[] = []
    for await (const chunk of new NodeBody(message)) received.push(chunk)
    expect(`${Buffer.concat(received)}`).toBe(sent)
    expect(received.length).toBeLessThan(500)
  })

  it('is read into one piece', async () => {
    await listen()
    const [message, socket, response] = await request()
    socket.write(`${chunked(sent)}0\r\n\r\n`)
    const bytes = await new NodeRequest(message, response, {}).read(200_000)
    expect(Buffer.from(bytes).toString()).toBe(sent)
  })

  it('is read no faster than one read in each turn of the event loop', async () => {
    await listen()
    const [message, socket] = await request()
    socket.write(chunked(text(400_000)))
    let size = 0
    message.on('data', (chunk: Uint8Array) => (size += chunk.length))
    // The free chunks come first, and with them a second read at most.
    expect(await mostPerTurn(message, () => size === 400_000)).toBeLessThanOrEqual(2 * 65_536)
  })

  it('waits in the connection while nobody reads it', async () => {
    await listen()
    const [message, socket] = await request()
    socket.write(chunked(text(400_000)))
    for (let count = 0; count < 200; count++) await turn()
    expect(message.socket.bytesRead).toBeLessThan(150_000)
    expect(message.readableLength).toBeLessThan(100)
    let size = 0
    message.on('data', (chunk: Uint8Array) => (size += chunk.length))
    while (size < 400_000) await turn()
  })

  it('is thrown away at the same pace', async () => {
    await listen()
    const [message, socket] = await request()
    socket.write(`${chunked(text(400_000))}0\r\n\r\n`)
    message.resume()
    expect(await mostPerTurn(message, () => message.readableEnded)).toBeLessThanOrEqual(2 * 65_536)
  })

  it('leaves the connection to the next request', async () => {
    await listen()
    const [message, socket, response] = await request()
    socket.write(`${chunked(sent)}0\r\n\r\n`)
    for await (const _ of new NodeBody(message));
    response.end('done')
    await once(socket, 'data')
    const next = once(server, 'request')
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await next
  })
})

describe('bodies in line', () => {
  it('go on one in each turn of the event loop, and may line up again', async () => {
    await listen()
    const line = new SmallChunkLine()
    const gone: string[] = []
    const again = () => {
      gone.push('first')
      if (gone.length < 4) line.wait(again)
    }
    line.wait(again)
    for (const name of ['second', 'third']) line.wait(() => gone.push(name))
    const lengths: number[] = []
    for (let count = 0; count < 5; count++) {
      await turn()
      lengths.push(gone.length)
    }
    expect(lengths).toEqual([1, 2, 3, 4, 4])
    expect(gone).toEqual(['first', 'second', 'third', 'first'])
  })
})

describe('a body in packets of one byte', () => {
  it('is a few objects, however long nobody reads it', async () => {
    await listen()
    const [message, socket] = await request('content-length: 20000')
    const sent = text(2_000)
    for (const byte of sent) {
      socket.write(byte)
      await turn()
    }
    expect(message.readableLength).toBeLessThan(100)
    let received = ''
    message.on('data', (chunk: Uint8Array) => (received += `${Buffer.from(chunk)}`))
    while (received.length < sent.length) await turn()
    expect(received).toBe(sent)
  })
})

describe('a body of large chunks', () => {
  it('is not joined, though some of them come in two parts', async () => {
    await listen()
    const [message, socket] = await request('content-length: 4000000')
    let joined = 0
    const { push } = message
    message.push = (chunk: Uint8Array | null) => {
      const passedOn = push(chunk)
      if (!passedOn && chunk && chunk.length < 1024) joined += 1
      return passedOn
    }
    message.resume()
    for (let count = 0; count < 400; count++) socket.write(Buffer.alloc(10_000))
    await once(message, 'end')
    expect(joined).toBe(0)
  })
})
