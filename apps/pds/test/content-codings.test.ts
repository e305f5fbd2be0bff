/**
 * Bodies in content codings that cost more than they bring, byte for byte as a hostile client sends
 * them.
 */
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PdsOnPort } from './pds-on-port.ts'

let served: PdsOnPort
beforeAll(async () => {
  served = await PdsOnPort.start({ lingerMs: 100 })
})
afterAll(() => served.close())

function answerTo(method: string, headers: readonly string[], body: Uint8Array): Promise<string> {
  const lines = ['host: localhost', 'connection: close', `content-length: ${body.length}`, ...headers]
  const head = `POST /xrpc/${method} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
  return served.send(Buffer.concat([Buffer.from(head), body]), { end: false })
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
        `authorization: Bearer ${served.alice.accessJwt}`,
      ]
      const answer = await answerTo(method!, headers, bomb)
      expect(answer, method).toMatch(/^HTTP\/1\.1 415 /)
      expect(answer, method).toContain('only one content-encoding may be applied')
    }
  },
)
