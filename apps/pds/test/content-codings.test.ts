/** Bodies in content codings that cost more than they bring, byte for byte as a hostile client sends them. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { type NodeServer, serveNode } from '@atoll/xrpc-server/node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

let pds: PdsUnderTest
let alice: TestAccount
let server: NodeServer
beforeAll(async () => {
  pds = await PdsUnderTest.start()
  alice = await pds.account('alice')
  server = await serveNode(pds.pds.router, { port: 0, host: '127.0.0.1', lingerMs: 100 })
})
afterAll(async () => {
  await server.close()
  await pds.close()
})

async function answerTo(method: string, headers: readonly string[], body: Uint8Array): Promise<string> {
  const socket = connect(server.port, '127.0.0.1').on('error', () => undefined)
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  const lines = ['host: localhost', 'connection: close', `content-length: ${body.length}`, ...headers]
  socket.write(`POST /xrpc/${method} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  socket.write(body)
  await once(socket, 'close')
  return text
}

// Some hundred bytes of brotli for a megabyte of empty gzip members, which come to nothing.
const bomb = brotliCompressSync(Buffer.concat(Array<Buffer>(50_000).fill(gzipSync(''))))

it.each(['gzip, br', 'br, gzip', 'gzip, gzip', 'deflate,br,gzip'])(
  'refuses %s, on every method with a body',
  async (codings) => {
    expect(bomb.length).toBeLessThan(1000)
    for (const [method, type] of [
      ['com.atproto.server.createSession', 'application/json'],
      ['com.atproto.repo.createRecord', 'application/json'],
      ['com.atproto.repo.uploadBlob', 'image/png'],
      ['com.atproto.repo.putRecord', 'application/json'],
    ]) {
      const headers = [
        `content-type: ${type}`,
        `content-encoding: ${codings}`,
        `authorization: Bearer ${alice.accessJwt}`,
      ]
      const answer = await answerTo(method!, headers, bomb)
      expect(answer, method).toMatch(/^HTTP\/1\.1 415 /)
      expect(answer, method).toContain('only one content-encoding may be applied')
    }
  },
)
