/** What a client reads of a server: answers, refusals, pages of a gateway in between. */
import type { FuzzTarget } from '@atoll/testkit'
import { download, find, store } from '../../test/methods.ts'
import { createClient, refreshAt, XrpcError } from '../index.ts'

const service = 'https://server.test'
const bytesOf = (text: string) => new TextEncoder().encode(text)

/** The status is the first byte, the body all the rest. */
function answering(bytes: Uint8Array) {
  const statuses = [200, 200, 200, 201, 400, 401, 404, 429, 500, 502, 503]
  const status = statuses[(bytes[0] ?? 0) % statuses.length]!
  return async () => new Response(bytes.slice(1), { status, headers: { 'retry-after': '0' } })
}

export const targets: FuzzTarget[] = [
  {
    name: 'answer of a server',
    seeds: [
      '\u0000{"found":3}',
      '\u0004{"error":"Lost","message":"gone"}',
      '\u0000{"id":{"$link":"x"}}',
      '\u0009<html>',
    ].map(bytesOf),
    tokens: ['{', '}', '"found"', '"error":', '"message":', '__proto__', '\\ud800', '[[[[[[[[', '1e999', 'null'].map(
      bytesOf,
    ),
    refusals: [XrpcError],
    async run(bytes) {
      const wait = async () => undefined
      const client = createClient({ service, fetch: answering(bytes), retry: { attempts: 2, wait }, maxBytes: 100_000 })
      const calls = [
        () => client.call(find, { params: { name: 'a' } }),
        () => client.call(store, { input: { text: 'a' } }),
        () => client.call(download),
      ]
      const settled = await Promise.allSettled(calls.map((call) => call()))
      const refused = settled.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as unknown)
      const strange = refused.find((reason) => !(reason instanceof XrpcError))
      if (strange !== undefined) throw strange
      if (refused.length === calls.length) throw refused[0]
    },
  },
  {
    name: 'answer to a refresh',
    seeds: ['\u0000{"accessJwt":"a","refreshJwt":"b"}', '\u0005{"error":"ExpiredToken"}'].map(bytesOf),
    tokens: ['{', '}', '"accessJwt":', 'null'].map(bytesOf),
    refusals: [XrpcError],
    async run(bytes) {
      const { accessJwt, refreshJwt } = await refreshAt(service, answering(bytes))('x')
      if (typeof accessJwt !== 'string' || typeof refreshJwt !== 'string') throw new Error('no tokens')
    },
  },
]
