import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { count, download, greet } from '../../test/methods.ts'
import { createRouter, type FrameSocket, type RouterOptions, route, routerRequest, stream } from '../index.ts'

const fault = new Error('the database is gone')
const fail = () => {
  throw fault
}
const anyone = () => undefined
const print = vi.fn()

beforeEach(() => vi.spyOn(console, 'error').mockImplementation(print))
afterEach(() => {
  vi.restoreAllMocks()
  print.mockReset()
})

function failing(options: RouterOptions = {}) {
  const routes = [
    route(greet, anyone, fail),
    route(download, anyone, () => ({
      encoding: 'text/plain',
      body: { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(fault) }) },
    })),
  ]
  const router = createRouter(routes, { health: fail, ...options })
  return (path: string) => router.fetch(new Request(`http://a.test${path}`))
}

describe('without onError, the console hears of', () => {
  it('a handler that throws, and of which', async () => {
    expect((await failing()('/xrpc/test.atoll.greet?name=bob')).status).toBe(500)
    expect(print.mock.calls).toEqual([['GET test.atoll.greet failed:', fault]])
  })

  it('a stream that breaks off', async () => {
    const response = await failing()('/xrpc/test.atoll.download?bytes=1')
    await expect(response.arrayBuffer()).rejects.toThrow()
    expect(print.mock.calls).toEqual([['GET test.atoll.download failed:', fault]])
  })

  it('a subscription that throws', async () => {
    const router = createRouter([
      // biome-ignore lint/correctness/useYield: it fails before it has anything to say
      stream(count, anyone, async function* () {
        throw fault
      }),
    ])
    const upgrade = await router.upgrade(routerRequest(new Request('http://a.test/xrpc/test.atoll.count')))
    const socket: FrameSocket = {
      bufferedBytes: 0,
      send() {},
      async sendAndFlush() {},
      close() {},
      onClose() {},
    }
    if (upgrade.accepted) await upgrade.serve(socket)
    expect(print.mock.calls).toEqual([['GET test.atoll.count failed:', fault]])
  })

  it('a health check that throws', async () => {
    expect((await failing()('/xrpc/_health')).status).toBe(503)
    expect(print.mock.calls).toEqual([['GET /xrpc/_health failed:', fault]])
  })

  it('a fault of the fallback', async () => {
    expect((await failing({ fallback: fail })('/a/page')).status).toBe(500)
    expect(print.mock.calls).toEqual([['GET /a/page failed:', fault]])
  })
})

it('refusals are not printed, nor anything once there is an onError', async () => {
  const onError = vi.fn()
  await failing()('/xrpc/test.atoll.greet')
  await failing({ onError })('/xrpc/test.atoll.greet?name=bob')
  expect([onError.mock.calls.length, print.mock.calls.length]).toEqual([1, 0])
})
