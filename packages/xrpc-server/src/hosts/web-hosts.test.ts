// What `npm run runtimes` does not reach in the runtimes themselves.
import { afterEach, expect, it, vi } from 'vitest'
import { ListenError } from '../http/errors.ts'
import { createRouter } from '../index.ts'
import { serveBun } from './bun.ts'
import { denoHandler, serveDeno } from './deno.ts'
import { workersHandler } from './workers.ts'

afterEach(() => vi.unstubAllGlobals())

const router = createRouter([], { fallback: ({ ip }) => ({ status: 200, headers: {}, body: ip }) })

it.each([
  ['Deno', serveDeno],
  ['Bun', serveBun],
])('in %s an address that is taken is reported with its name', (name, serve) => {
  const fault = Object.assign(new Error('Address already in use (os error 98)'), { code: 'EADDRINUSE' })
  vi.stubGlobal(name, {
    serve() {
      throw fault
    },
  })
  const serving = () => serve(router, { host: '127.0.0.1', port: 80 })
  expect(serving).toThrow(new ListenError('EADDRINUSE', '127.0.0.1', 80))
  expect(serving).toThrow(expect.objectContaining({ cause: fault, port: 80 }))
})

it.each([
  ['Deno', () => serveDeno(router)],
  ['Bun', () => serveBun(router)],
])('a host for %s says where it is not', (name, serve) => {
  expect(serve).toThrow(`this is not ${name}`)
})

it('a Worker takes the client’s address from Cloudflare, or as it is told', async () => {
  const request = () =>
    new Request('http://a.test/', { headers: { 'cf-connecting-ip': '192.0.2.1', 'x-real': '192.0.2.2' } })
  expect(await (await workersHandler(router).fetch(request())).text()).toBe('192.0.2.1')
  const addressOf = ({ headers }: Request) => headers.get('x-real') ?? undefined
  expect(await (await workersHandler(router, { addressOf }).fetch(request())).text()).toBe('192.0.2.2')
})

it('in Deno a handler’s signal is aborted by a client that leaves, not by a response that is complete', async () => {
  const { promise: completed, reject: leave } = Promise.withResolvers<void>()
  const { promise: asked, resolve: onAsked } = Promise.withResolvers<AbortSignal>()
  const slow = createRouter([], {
    fallback: ({ signal }) => {
      onAsked(signal)
      return new Promise(() => {})
    },
  })
  const client = new AbortController()
  const request = new Request('http://a.test/', { signal: client.signal })
  void denoHandler(slow).fetch(request, { remoteAddr: { transport: 'tcp', hostname: '192.0.2.1' }, completed })
  const signal = await asked
  client.abort()
  expect(signal.aborted).toBe(false)
  leave(new Error('the client has gone'))
  await vi.waitUntil(() => signal.aborted)
})
