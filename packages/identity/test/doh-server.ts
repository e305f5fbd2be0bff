// A resolver of DNS over HTTPS on loopback, with a table for its zone: it reads queries and writes
// responses byte by byte, without the code that is tested.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a name has, in the order of the response. */
export type Zone = Record<string, (DohRecord | number)[]>

/**
 * A TXT record's pieces, or an alias; of the name that was asked for, or of another owner. A number
 * in its place is the response code.
 */
export type DohRecord = ({ txt: (string | Uint8Array)[] } | { cname: string }) & { owner?: string }

export interface DohServer {
  readonly url: string
  /** The names that were asked for. */
  readonly asked: string[]
  /** Takes the place of the response, when it is set. */
  instead: ((response: ServerResponse) => void) | undefined
  close(): Promise<void>
}

export async function serveDoh(zone: Zone): Promise<DohServer> {
  const asked: string[] = []
  const state: Pick<DohServer, 'instead'> = { instead: undefined }
  const server = createServer((request, response) => {
    const query = queryOf(request)
    if (!query) return response.writeHead(415).end()
    const name = nameIn(query)
    asked.push(name)
    if (state.instead) return state.instead(response)
    return response
      .writeHead(200, { 'content-type': 'application/dns-message' })
      .end(responseTo(query, zone[name] ?? [3]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}/dns-query`,
    asked,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}

/** RFC 8484: a GET with the query in base64url and the media type that is wanted. */
function queryOf({ method, url, headers }: IncomingMessage): Buffer | undefined {
  const text = new URL(url ?? '', 'http://localhost').searchParams.get('dns')
  if (method !== 'GET' || headers.accept !== 'application/dns-message' || !text) return undefined
  const query = Buffer.from(text, 'base64url')
  const isOneTxtQuery = query.readUInt16BE(0) === 0 && query.readUInt16BE(2) === 0x0100 && query.readUInt16BE(4) === 1
  return isOneTxtQuery && query.readUInt16BE(query.length - 4) === 16 ? query : undefined
}

function nameIn(query: Buffer): string {
  const labels: string[] = []
  for (let at = 12; query[at]! > 0; at += query[at]! + 1) {
    labels.push(query.toString('ascii', at + 1, at + 1 + query[at]!))
  }
  return labels.join('.')
}

export function responseTo(query: Buffer, records: Zone[string]): Buffer {
  const code = records.find((record) => typeof record === 'number') ?? 0
  const answers = records.filter((record) => typeof record !== 'number')
  const header = Buffer.alloc(12)
  header.writeUInt16BE(0x8180 | code, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(answers.length, 6)
  return Buffer.concat([header, query.subarray(12), ...answers.map(encodeRecord)])
}

/** An owner that is not named is a pointer to the name in the question. */
function encodeRecord(record: DohRecord): Buffer {
  const [type, content] = 'txt' in record ? [16, Buffer.concat(record.txt.map(piece))] : [5, encodeName(record.cname)]
  const owner = record.owner === undefined ? Buffer.of(0xc0, 12) : encodeName(record.owner)
  const head = Buffer.of(0, type, 0, 1, 0, 0, 0, 60, 0, 0)
  head.writeUInt16BE(content.length, 8)
  return Buffer.concat([owner, head, content])
}

function piece(text: string | Uint8Array): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.of(bytes.length), bytes])
}

function encodeName(name: string): Buffer {
  return Buffer.concat([...name.split('.').map(piece), Buffer.of(0)])
}
