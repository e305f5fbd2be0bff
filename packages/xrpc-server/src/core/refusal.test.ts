import { document, query, subscription } from '@atoll/lexicon'
import { decodeFrame, encodeErrorFrame, XrpcError } from '@atoll/xrpc'
import { describe, expect, it } from 'vitest'
import { createRouter } from '../create-router.ts'
import type { RouterRequest } from '../http/messages.ts'
import { stream } from '../streams/subscriptions.ts'
import { type Handler, route, type StreamHandler } from './route.ts'

const dive = query<object, undefined, 'TooDeep'>(
  document('com.example.reef.dive', '{"main":{"type":"query","errors":[{"name":"TooDeep"}]}}'),
)
const swim = query<object, undefined>(document('com.example.reef.swim', '{"main":{"type":"query"}}'))
const follow = subscription<object, never, 'TooLate'>(
  document(
    'com.example.reef.follow',
    '{"main":{"type":"subscription","message":{"schema":{"type":"union","refs":[]}},"errors":[{"name":"TooLate"}]}}',
  ),
)
const anyone = () => undefined

/** What the caller and `onError` get when `method` throws `error`. */
async function outcome(error: unknown, options: object) {
  const faults: unknown[] = []
  const handler = () => {
    throw error
  }
  const router = createRouter([route(dive, anyone, handler)], { onError: (fault) => faults.push(fault), ...options })
  const response = await router.fetch(new Request('http://reef.example/xrpc/com.example.reef.dive'))
  return { status: response.status, body: await response.json(), faults }
}

describe('a handler', () => {
  it('refuses with what its method declares, or a general name', async () => {
    const dives: Handler<typeof dive> = ({ refuse }) => {
      throw refuse('TooDeep', 'no further than 40', { headers: { 'x-metres': '40' } })
    }
    const swims: Handler<typeof swim> = ({ refuse }) => {
      throw refuse('AuthMissing', 'who are you?')
    }
    const router = createRouter([route(dive, anyone, dives), route(swim, anyone, swims)], { undeclaredErrors: {} })
    const get = (name: string) => router.fetch(new Request(`http://reef.example/xrpc/com.example.reef.${name}`))
    const dived = await get('dive')
    expect(await dived.json()).toEqual({ error: 'TooDeep', message: 'no further than 40' })
    expect(dived.headers.get('x-metres')).toBe('40')
    const swum = await get('swim')
    expect({ status: swum.status, body: await swum.json() }).toEqual({
      status: 401,
      body: { error: 'AuthMissing', message: 'who are you?' },
    })
  })

  it('does not compile with any other name', () => {
    const dives: Handler<typeof dive> = ({ refuse }) => {
      // @ts-expect-error: a typo
      throw refuse('ToDeep', '')
    }
    const swims: Handler<typeof swim> = ({ refuse }) => {
      // @ts-expect-error: another method's name
      throw refuse('TooDeep', '')
    }
    const follows: StreamHandler<typeof follow> = async function* ({ refuse, fail }) {
      fail(refuse('TooLate', ''))
      // @ts-expect-error: another method's name
      fail(refuse('TooDeep', ''))
      yield new Uint8Array()
    }
    expect([dives, swims, follows]).toHaveLength(3)
  })
})

describe('a refusal that was thrown further down', () => {
  const wrong = new XrpcError('TooShallow', 'not even 1')
  const internal = { error: 'InternalServerError', message: 'Internal Server Error' }

  it('is a fault under a name that the method does not declare', async () => {
    const { status, body, faults } = await outcome(wrong, { undeclaredErrors: {} })
    expect({ status, body }).toEqual({ status: 500, body: internal })
    expect(faults).toEqual([
      expect.objectContaining({
        message: 'com.example.reef.dive refused with TooShallow, which its lexicon does not declare',
        cause: wrong,
      }),
    ])
  })

  it('goes out when the name is declared, general, or listed for the method', async () => {
    const listed = { 'com.example.reef.dive': ['TooShallow'] }
    for (const error of [wrong, new XrpcError('TooDeep'), new XrpcError('Forbidden')]) {
      const { body, faults } = await outcome(error, { undeclaredErrors: listed })
      expect({ name: body.error, faults }).toEqual({ name: error.error, faults: [] })
    }
    const elsewhere = { 'com.example.reef.swim': ['TooShallow'] }
    expect((await outcome(wrong, { undeclaredErrors: elsewhere })).status).toBe(500)
  })

  it('goes out as it is where nothing is listed, or outputs are not validated', async () => {
    for (const options of [{}, { undeclaredErrors: {}, validateOutput: false }]) {
      expect(await outcome(wrong, options)).toMatchObject({ body: { error: 'TooShallow' }, faults: [] })
    }
  })

  it('is found in streams', async () => {
    const frameFor = async (error: XrpcError) => {
      const faults: unknown[] = []
      const router = createRouter(
        [
          stream(follow, anyone, () => {
            throw error
          }),
        ],
        { undeclaredErrors: {}, onError: (fault) => faults.push(fault) },
      )
      const upgrade = await router.upgrade(requestOf('/xrpc/com.example.reef.follow'))
      const sent: Uint8Array[] = []
      if (upgrade.accepted) {
        await upgrade.serve({
          bufferedBytes: 0,
          send: (frame) => sent.push(frame),
          sendAndFlush: async (frame) => void sent.push(frame),
          close() {},
          onClose() {},
        })
      }
      return { frame: decodeFrame(sent[0]!), faults: faults.length }
    }
    const frameOf = (name: string, message: string) => decodeFrame(encodeErrorFrame(name, message))
    expect(await frameFor(new XrpcError('TooLate', 'gone'))).toEqual({ frame: frameOf('TooLate', 'gone'), faults: 0 })
    expect(await frameFor(wrong)).toEqual({ frame: frameOf(internal.error, internal.message), faults: 1 })
  })
})

function requestOf(path: string): RouterRequest {
  return {
    method: 'GET',
    path,
    query: '',
    headers: { get: () => null, entries: () => [] },
    ip: '192.0.2.1',
    signal: new AbortController().signal,
    body: undefined,
    nextTurn: async () => {},
  }
}
