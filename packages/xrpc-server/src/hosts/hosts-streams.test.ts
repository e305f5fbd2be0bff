/** The rules of streamed bodies: one list, over every host. */
import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { bytesOf, hosts, type TestHost } from '../../test/hosts.ts'
import { download, upload } from '../../test/methods.ts'
import { type Authorize, ClientGoneError, createRouter, type Route, type RouterOptions, route } from '../index.ts'

const anyone: Authorize<undefined> = () => undefined
const octets = { 'content-type': 'application/octet-stream' }
const megabyte = 1_000_000

/** Something that will happen, and can be waited for. */
const later = <T>() => Promise.withResolvers<T>()

describe.each(hosts)('on %s', (_, open) => {
  let host: TestHost
  afterEach(() => host?.close())
  const serve = async (served: Route[], options: RouterOptions = {}) => {
    host = await open(createRouter(served, options))
    return host
  }

  describe('streamed input', () => {
    it('reaches the handler piece by piece, in order', async () => {
      const { promise: firstSeen, resolve: seeFirst } = later<void>()
      let got = ''
      await serve([
        route(upload, anyone, async ({ body, encoding = '' }) => {
          for await (const chunk of body) {
            got += Buffer.from(chunk).toString()
            seeFirst()
          }
          return { size: got.length, encoding }
        }),
      ])
      const body = (async function* () {
        yield Buffer.from('first,')
        await firstSeen // the handler has it before the rest is sent
        yield Buffer.from('second')
      })()
      const reply = await host.send('/xrpc/test.atoll.upload', { method: 'POST', headers: octets, body })
      expect(JSON.parse((await bytesOf(reply.body)).toString())).toEqual({
        size: 12,
        encoding: 'application/octet-stream',
      })
      expect(got).toBe('first,second')
    })

    it('throws in the handler and aborts its signal when the client breaks off', async () => {
      const { promise: outcome, resolve } = later<unknown>()
      const { promise: started, resolve: start } = later<void>()
      const errors: unknown[] = []
      const statuses: number[] = []
      await serve(
        [
          route(upload, anyone, async ({ body, signal }) => {
            let size = 0
            try {
              for await (const chunk of body) {
                size += chunk.length
                start()
              }
            } catch (error) {
              if (!signal.aborted) await new Promise((aborted) => signal.addEventListener('abort', aborted))
              resolve({ error, size })
              throw error
            }
            return { size, encoding: '' }
          }),
        ],
        { onError: (error) => errors.push(error), onRequest: ({ status }) => statuses.push(status) },
      )
      const part = new Uint8Array(1000)
      const breaking = host.breakOff(
        '/xrpc/test.atoll.upload',
        { method: 'POST', headers: { ...octets, 'content-length': '5000' } },
        part,
      )
      await started
      await breaking
      expect(await outcome).toEqual({ error: expect.any(ClientGoneError), size: 1000 })
      expect(errors).toEqual([])
    })

    it('may be left unread by a handler that has seen enough', async () => {
      await serve([
        route(
          upload,
          anyone,
          async ({ body }) => {
            for await (const chunk of body) return { size: chunk.length, encoding: 'enough' }
            return { size: 0, encoding: 'none' }
          },
          { maxBytes: 100 * megabyte },
        ),
      ])
      const reply = await host.send('/xrpc/test.atoll.upload', {
        method: 'POST',
        headers: octets,
        body: new Uint8Array(10 * megabyte),
      })
      expect(reply.status).toBe(200)
      expect(JSON.parse((await bytesOf(reply.body)).toString())).toMatchObject({ encoding: 'enough' })
    })
  })

  describe('streamed output', () => {
    const downloading = (body: (signal: AbortSignal, bytes: number) => AsyncIterable<Uint8Array>) => [
      route(download, anyone, ({ signal, params }) => ({
        encoding: params.encoding ?? 'application/octet-stream',
        body: body(signal, params.bytes),
      })),
    ]

    it('arrives piece by piece, in order', async () => {
      const { promise: firstSeen, resolve: seeFirst } = later<void>()
      await serve(
        downloading(async function* () {
          yield Buffer.from('first,')
          await firstSeen
          yield Buffer.from('second')
        }),
      )
      const reply = await host.send('/xrpc/test.atoll.download')
      expect(reply.header('content-length')).toBeNull()
      let got = ''
      for await (const chunk of reply.body) {
        got += Buffer.from(chunk).toString()
        seeFirst()
      }
      expect(got).toBe('first,second')
    })

    it('is compressed on the way when asked for', async () => {
      await serve(
        downloading(async function* (_signal, bytes) {
          for (let left = bytes; left > 0; left -= 1000) yield new Uint8Array(Math.min(left, 1000))
        }),
      )
      const path = '/xrpc/test.atoll.download?bytes=300000&encoding=application/vnd.ipld.car'
      const reply = await host.send(path, { headers: { 'accept-encoding': 'gzip' } })
      expect(reply.header('content-encoding')).toBe('gzip')
      const bytes = await bytesOf(reply.body)
      expect(bytes.length).toBeLessThan(5000)
      expect(gunzipSync(bytes)).toHaveLength(300_000)
    })

    it('is made no faster than it is read, and ends when the client goes', async () => {
      let made = 0
      const { promise: ended, resolve: end } = later<string>()
      const { promise: aborted, resolve: abort } = later<void>()
      await serve(
        downloading(async function* (signal) {
          signal.addEventListener('abort', () => abort())
          try {
            for (;;) {
              made++
              yield new Uint8Array(megabyte)
            }
          } finally {
            end('ended')
          }
        }),
      )
      const reply = await host.send('/xrpc/test.atoll.download')
      const reading = reply.body[Symbol.asyncIterator]()
      await reading.next()
      await settled(() => made)
      // What the kernel, Node and zlib hold between them is far from this.
      expect(made).toBeLessThan(40)
      reply.abort()
      expect(await ended).toBe('ended')
      await aborted
    })

    it('breaks off for the client when it fails half-way, and is reported', async () => {
      const errors: unknown[] = []
      const fault = new Error('the disk is gone')
      const { promise: firstSeen, resolve: seeFirst } = later<void>()
      await serve(
        downloading(async function* () {
          yield new Uint8Array(1000)
          await firstSeen
          throw fault
        }),
        { onError: (error) => errors.push(error) },
      )
      const reply = await host.send('/xrpc/test.atoll.download')
      expect(reply.status).toBe(200)
      const reading = async () => {
        for await (const _ of reply.body) seeFirst()
      }
      await expect(reading()).rejects.toThrow()
      expect(errors).toEqual([fault])
    })

    it('is not started for HEAD, and let go of', async () => {
      let destroyed = 0
      await serve(
        downloading(() => ({
          destroy: () => destroyed++,
          [Symbol.asyncIterator]: () => {
            throw new Error('nobody asked for the body')
          },
        })),
        { onError: (error) => expect.unreachable(String(error)) },
      )
      const reply = await host.send('/xrpc/test.atoll.download', { method: 'HEAD' })
      expect(reply.status).toBe(200)
      expect(await bytesOf(reply.body)).toHaveLength(0)
      expect(destroyed).toBe(1)
    })
  })
})

/** Waits until a figure has stopped changing. */
async function settled(figure: () => number): Promise<void> {
  let before = -1
  while (before !== figure()) {
    before = figure()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
