/** Untrusted input that nothing else has checked: tokens, header lines, whole requests. */
import { generateKeyPair } from '@atoll/crypto'
import type { FuzzTarget } from '@atoll/testkit'
import { XrpcError } from '@atoll/xrpc'
import { add, greet } from '../../test/methods.ts'
import { createServiceJwt, verifyServiceJwt } from '../auth/service-auth.ts'
import { createRouter } from '../create-router.ts'
import { negotiateCoding } from '../encoding/accept-encoding.ts'
import { addressMatcher, clientAddress, clientNetwork, isAddressRange } from '../http/client-address.ts'
import { route } from './route.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => String.fromCharCode(...bytes.subarray(0, 10_000))

const keyPair = generateKeyPair('p256')
const now = () => 1_767_225_600_000
const [aud, lxm, iss] = ['did:web:b.test', 'com.atproto.repo.createRecord', 'did:web:a.test']
const genuine = createServiceJwt({ iss, aud, lxm, keyPair, now })

const faults: unknown[] = []
const anyone = () => undefined
const router = createRouter(
  [
    route(greet, anyone, ({ params }) => ({ greeting: params.name })),
    route(add, anyone, ({ input }) => ({ sum: input.numbers.length })),
  ],
  { onError: (error) => faults.push(error) },
)
const never = new AbortController().signal

/**
 * Path and query to the first line feed, accept-encoding to the second, then the body of a POST if
 * there is any.
 */
async function request(bytes: Uint8Array): Promise<void> {
  const [target = '', accept = '', ...rest] = textOf(bytes).split('\n')
  const [path = '', query = ''] = target.split('?')
  const body = Uint8Array.from(rest.join('\n'), (char) => char.charCodeAt(0))
  const headers = new Headers({ 'content-type': 'application/json' })
  try {
    headers.set('accept-encoding', accept)
  } catch {
    return // no host would let it through
  }
  const chunks = async function* () {
    yield body
  }
  const answer = await router.handle({
    method: body.length > 0 ? 'POST' : 'GET',
    path,
    query,
    headers,
    ip: '192.0.2.1',
    signal: never,
    nextTurn: async () => {},
    body: body.length > 0 ? chunks() : undefined,
  })
  if (answer.status >= 500 && answer.status !== 501) {
    throw new Error(`answered ${answer.status}: ${String(faults.at(-1))}`)
  }
}

export const targets: FuzzTarget[] = [
  {
    name: 'service token',
    seeds: [genuine, 'a.b.c', genuine.replace('.', '..')].map(bytesOf),
    tokens: ['.', 'eyJ', '=', 'bnVsbA', 'W10'].map(bytesOf),
    refusals: [XrpcError],
    async run(bytes) {
      const token = textOf(bytes)
      await verifyServiceJwt(token, { audience: aud, lxm, signingKeyOf: () => keyPair.didKey(), now })
      // The signature has a second form in the upper half; all the rest must be what was signed.
      if (token.split('.').slice(0, 2).join() !== genuine.split('.').slice(0, 2).join()) {
        throw new Error('a forgery was taken')
      }
    },
  },
  {
    name: 'accept-encoding, x-forwarded-for and ranges of addresses',
    seeds: ['gzip;q=0.5, br, *;q=0', '10.0.0.1, [2001:db8::1]:80, ::ffff:1.2.3.4', 'fe80::1%eth0', '10.0.0.0/8'].map(
      bytesOf,
    ),
    tokens: [';q=', ',', '::', '::ffff:', '[', ']:', '*', '/'].map(bytesOf),
    refusals: [],
    run(bytes) {
      const text = textOf(bytes)
      const [range = ''] = text.split(',')
      if (isAddressRange(range) && !addressMatcher([range])(range.split('/')[0]!)) {
        throw new Error(`${range} is not in itself`)
      }
      clientNetwork(clientAddress('127.0.0.1', text))
      negotiateCoding(text, ['zstd', 'br', 'gzip'])
    },
  },
  {
    name: 'request',
    seeds: [
      '/xrpc/test.atoll.greet?name=a&times=2&tags=x&tags=y\ngzip',
      '/xrpc/test.atoll.greet/?name=a&tags[]=x&tags%5B0%5D=y\ngzip',
      '/xrpc/test.atoll.add\nidentity\n{"numbers":[1,2,3],"x":{"$link":"y"}}',
      '/xrpc/unknown.method.name\n\n',
    ].map(bytesOf),
    tokens: ['%', '%ff', '&', '=', '{"', '$bytes', '__proto__', '[[[[', '1e999', '\n'].map(bytesOf),
    refusals: [],
    run: request,
  },
]
