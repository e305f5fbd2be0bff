import { describe, expect, it } from 'vitest'
import type { LoadResponse } from './request.ts'
import { ResponseParser } from './response-parser.ts'

const answers = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n',
  'HTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}',
  'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
]
const expected = [
  [200, 'hello', 5],
  [200, 'abc0123456789', 13],
  [204, '', 0],
  [400, '{}', 2],
  [200, '', 0],
]

function parse(pieces: Iterable<Buffer>, drop = false): unknown[][] {
  const seen: unknown[][] = []
  const note = ({ status, body, bytes }: LoadResponse) => void seen.push([status, body.toString(), bytes])
  const parser = new ResponseParser(note)
  parser.drop = drop
  for (const piece of pieces) parser.feed(piece)
  return seen
}

describe('responses', () => {
  const bytes = Buffer.from(answers.join(''))

  it('are the same wherever the chunks of the socket end', () => {
    for (let size = 1; size <= bytes.length; size++) {
      const pieces: Buffer[] = []
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
      expect(parse(pieces), `pieces of ${size} bytes`).toEqual(expected)
    }
  })

  it('are counted when their bodies are dropped', () => {
    const dropped = expected.map(([status, , length]) => [status, '', length])
    expect(parse([bytes], true)).toEqual(dropped)
  })

  it('without a length end with the connection', () => {
    const seen: string[] = []
    const parser = new ResponseParser(({ body }) => void seen.push(body.toString()))
    parser.feed(Buffer.from('HTTP/1.1 200 OK\r\n\r\nto the'))
    parser.feed(Buffer.from(' end'))
    expect(seen).toEqual([])
    expect(parser.end()).toBe(true)
    expect(seen).toEqual(['to the end'])
  })
})
