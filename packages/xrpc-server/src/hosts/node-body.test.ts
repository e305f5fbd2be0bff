import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { manualGuard } from '../testing.ts'
import { NodeBody } from './node-body.ts'

let server: Server | undefined
let socket: Socket | undefined
afterEach(() => {
  socket?.destroy()
  server?.close()
})

/** A request whose body is for the test to send. */
async function request(contentLength: number): Promise<[IncomingMessage, ServerResponse, Socket]> {
  server = createServer({ requestTimeout: 0 }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {})
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${contentLength}\r\n\r\n`)
  const [message, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
  return [message, response, socket]
}
const turn = () => new Promise(setImmediate)
const pattern = (size: number) => Uint8Array.from({ length: size }, (_, at) => (at * 7 + (at >> 10)) & 255)

describe('the body of a request', () => {
  it('comes whole and in order, however its reader dawdles', async () => {
    const sent = pattern(3_000_000)
    const [message, , client] = await request(sent.length)
    client.write(sent)
    const received: Uint8Array[] = []
    for await (const chunk of new NodeBody(message)) {
      received.push(chunk)
      for (let i = 0; i < received.length % 5; i++) await turn()
    }
    expect(Buffer.concat(received).equals(sent)).toBe(true)
  })

  it('waits in the connection while its reader is busy', async () => {
    const [message, , client] = await request(40_000_000)
    const body = new NodeBody(message)
    client.write(Buffer.alloc(40_000_000))
    expect((await body.next()).done).toBe(false)
    while (!message.isPaused()) await turn()
    const { bytesRead } = message.socket
    for (let i = 0; i < 50; i++) await turn()
    expect(message.socket.bytesRead - bytesRead).toBeLessThan(1_000_000)
    let size = 0
    for await (const chunk of body) size += chunk.length
    expect(size).toBeGreaterThan(39_000_000)
  })

  it('is as good as ever when chunks are released as they come', async () => {
    const sent = pattern(2_000_000)
    const [message, , client] = await request(sent.length)
    client.write(sent)
    const body = new NodeBody(message)
    const received = Buffer.alloc(sent.length)
    let size = 0
    for await (const chunk of body) {
      received.set(chunk, size)
      size += chunk.length
      body.release(chunk)
      expect(chunk.length).toBe(0)
    }
    expect(received.equals(sent)).toBe(true)
  })

  it('frees no memory in which somebody else may look', async () => {
    const [message, , client] = await request(10)
    const heard: Uint8Array[] = []
    message.on('data', (chunk: Uint8Array) => heard.push(chunk)).pause()
    client.write('0123456789')
    const body = new NodeBody(message)
    const reading = body.next()
    message.resume()
    body.release((await reading).value!)
    expect(`${heard[0]}`).toBe('0123456789')
    const part = Buffer.from('a part of a pool').subarray(2, 6)
    new NodeBody(message).release(part)
    expect(`${part}`).toBe('part')
  })

  it('ends with an error when the client goes, and at once when it has gone', async () => {
    const [message, , client] = await request(100)
    const body = new NodeBody(message)
    client.write('0123456789')
    expect((await body.next()).value).toHaveLength(10)
    const next = body.next()
    client.destroy()
    await expect(next).rejects.toMatchObject({ name: 'ClientGoneError' })
    await expect(body.next()).rejects.toMatchObject({ name: 'ClientGoneError' })
    await expect(new NodeBody(message).next()).rejects.toMatchObject({ name: 'ClientGoneError' })
  })

  it('leaves the connection open for the answer when its reader stops early', async () => {
    const [message, response, client] = await request(1_000_000)
    client.write(new Uint8Array(500_000))
    for await (const chunk of new NodeBody(message)) if (chunk.length > 0) break
    response.end('enough')
    const [answer] = await once(client, 'data')
    expect(`${answer}`).toContain('enough')
  })

  it('ends for a reader that still waits for it when it is given up', async () => {
    const [message] = await request(10)
    const body = new NodeBody(message)
    const next = body.next()
    await body.return()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(await body.next()).toEqual({ done: true, value: undefined })
  })

  it('is not taken for slow while it waits for its reader', async () => {
    const { guard, pass } = manualGuard()
    const [message, , client] = await request(40_000_000)
    const body = new NodeBody(message, guard)
    client.write(Buffer.alloc(40_000_000))
    let size = (await body.next()).value!.length
    while (!message.isPaused()) await turn()
    pass(600_000)
    for await (const chunk of body) size += chunk.length
    expect(size).toBe(40_000_000)
  })
})
