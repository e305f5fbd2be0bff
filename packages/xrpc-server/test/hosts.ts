/**
 * The hosts of this package, each behind the same small client, so that one list of tests runs over
 * all.
 */
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import Koa from 'koa'
import { WebSocket } from 'ws'
import { routerRequest, webResponse } from '../src/hosts/fetch.ts'
import { koaMiddleware, koaUpgrade } from '../src/hosts/koa.ts'
import { serveNode } from '../src/hosts/node.ts'
import type { Router } from '../src/hosts/router.ts'
import { frameSocketOf, type WebSocketLike } from '../src/streams/web-frame-socket.ts'

export interface TestRequest {
  method?: string
  headers?: Record<string, string>
  body?: string | Uint8Array | AsyncIterable<Uint8Array>
}

export interface TestReply {
  status: number
  header(name: string): string | null
  body: AsyncIterable<Uint8Array>
  /** Goes away with the response half read. */
  abort(): void
}

export interface TestSubscriber {
  /** Every frame until the stream closes. */
  frames: AsyncIterable<Uint8Array>
  /** The code and reason with which it closed. */
  closed: Promise<{ code: number; reason: string }>
  /** Stops reading, so that the server's side fills. */
  pause(): void
  resume(): void
  abort(): void
}

export interface TestHost {
  send(path: string, request?: TestRequest): Promise<TestReply>
  /** Sends part of a body, then goes away. */
  breakOff(path: string, request: TestRequest, part: Uint8Array): Promise<void>
  subscribe(path: string, headers?: Record<string, string>): Promise<TestSubscriber | TestReply>
  close(): Promise<void>
}

export type OpenHost = (router: Router) => Promise<TestHost>

export const hosts: [string, OpenHost][] = [
  [
    'node',
    async (router) => {
      const server = await serveNode(router, { host: '127.0.0.1', lingerMs: 200, drainTimeoutMs: 500 })
      return socketHost(server.port, () => server.close())
    },
  ],
  [
    'koa',
    async (router) => {
      const app = new Koa().use(koaMiddleware(router, { serves: () => true, lingerMs: 200 }))
      // What broken connections tell Koa is of no interest here.
      app.silent = true
      const server = app.listen(0, '127.0.0.1')
      const upgrade = koaUpgrade(server, router)
      await once(server, 'listening')
      return socketHost((server.address() as AddressInfo).port, async () => {
        upgrade.close()
        server.close()
        server.closeAllConnections()
        await once(server, 'close')
      })
    },
  ],
  ['fetch', async (router) => fetchHost(router)],
]

function socketHost(port: number, close: () => Promise<void>): TestHost {
  const start = (path: string, { method = 'GET', headers = {} }: TestRequest) =>
    httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false })
  return {
    close,
    async send(path, given = {}) {
      const request = start(path, given)
      const answered = once(request, 'response') as Promise<[IncomingMessage]>
      // A refusal may come, and the connection close, while the body is still being sent.
      request.on('error', () => {})
      if (given.body === undefined || typeof given.body === 'string' || given.body instanceof Uint8Array) {
        request.end(given.body)
      } else {
        Readable.from(given.body, { objectMode: false })
          .on('error', () => {})
          .pipe(request)
      }
      const [response] = await answered
      return replyOf(response)
    },
    async breakOff(path, given, part) {
      const request = start(path, given)
      request.on('error', () => {})
      request.write(part)
      await once(request, 'socket')
      await new Promise((resolve) => request.write('', resolve))
      request.destroy()
    },
    async subscribe(path, headers = {}) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers, perMessageDeflate: false })
      return new Promise((resolve, reject) => {
        const subscriber = subscriberOf(socket)
        socket.on('open', () => resolve(subscriber))
        socket.on('unexpected-response', (_, response) => resolve(replyOf(response)))
        socket.on('error', reject)
      })
    },
  }
}

function replyOf(response: IncomingMessage): TestReply {
  return {
    status: response.statusCode ?? 0,
    header: (name) => response.headers[name]?.toString() ?? null,
    body: response,
    abort: () => response.destroy(),
  }
}

function subscriberOf(socket: WebSocket): TestSubscriber {
  const { frames, push, end } = queue<Uint8Array>()
  socket.on('message', (bytes: Buffer) => push(new Uint8Array(bytes)))
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      end()
      resolve({ code, reason: reason.toString() })
    })
  })
  return { frames, closed, pause: () => socket.pause(), resume: () => socket.resume(), abort: () => socket.terminate() }
}

function fetchHost(router: Router): TestHost {
  const origin = 'http://fetch.test'
  const info = { address: '127.0.0.1' }
  const requestOf = (path: string, { method = 'GET', headers = {}, body }: TestRequest, signal?: AbortSignal) => {
    const lengths =
      typeof body === 'string' || body instanceof Uint8Array
        ? { 'content-length': String(Buffer.byteLength(body)) }
        : {}
    const stream =
      body === undefined
        ? null
        : typeof body === 'string' || body instanceof Uint8Array
          ? body
          : Readable.toWeb(Readable.from(body))
    const init = { method, headers: { ...lengths, ...headers }, body: stream, duplex: 'half', signal: signal ?? null }
    return new Request(origin + path, init as RequestInit)
  }
  const replyOfWeb = (response: Response, gone = new AbortController()): TestReply => ({
    status: response.status,
    header: (name) => response.headers.get(name),
    body: response.body ?? empty,
    abort: () => {
      gone.abort()
      void response.body?.cancel().catch(() => {})
    },
  })
  return {
    async close() {},
    async send(path, given = {}) {
      const gone = new AbortController()
      return replyOfWeb(await router.fetch(requestOf(path, given, gone.signal), info), gone)
    },
    async breakOff(path, given, part) {
      const gone = new AbortController()
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(part)
          gone.signal.addEventListener('abort', () => controller.error(new Error('gone')))
        },
      })
      const init = { method: 'POST', headers: given.headers ?? {}, body, duplex: 'half', signal: gone.signal }
      const answering = router.fetch(new Request(origin + path, init as RequestInit), info)
      await new Promise((resolve) => setImmediate(resolve))
      gone.abort()
      await answering.catch(() => {})
    },
    async subscribe(path, headers = {}) {
      const outcome = await router.upgrade(routerRequest(requestOf(path, { headers }), info))
      if (!outcome.accepted) return replyOfWeb(webResponse(outcome.response))
      const socket = new MemorySocket()
      void outcome.serve(frameSocketOf(socket))
      return socket.subscriber
    },
  }
}

const empty: AsyncIterable<Uint8Array> = { async *[Symbol.asyncIterator]() {} }

/** A WebSocket whose other end is in the same process, and reads only when it likes. */
class MemorySocket extends EventTarget implements WebSocketLike {
  readyState = 1
  binaryType = 'blob'
  bufferedAmount = 0
  readonly subscriber: TestSubscriber
  #isPaused = false
  readonly #waiting: Uint8Array[] = []
  readonly #queue = queue<Uint8Array>()
  #onClosed: (end: { code: number; reason: string }) => void = () => {}

  constructor() {
    super()
    this.subscriber = {
      frames: this.#queue.frames,
      closed: new Promise((resolve) => {
        this.#onClosed = resolve
      }),
      pause: () => {
        this.#isPaused = true
      },
      resume: () => {
        this.#isPaused = false
        this.#flush()
      },
      abort: () => this.close(1006),
    }
  }

  send(frame: Uint8Array): void {
    this.#waiting.push(frame)
    this.bufferedAmount += frame.length
    this.#flush()
  }

  close(code = 1005, reason = ''): void {
    if (this.readyState !== 1) return
    this.#isPaused = false
    this.#flush()
    this.readyState = 3
    this.#queue.end()
    this.#onClosed({ code, reason })
    this.dispatchEvent(new Event('close'))
  }

  #flush(): void {
    if (this.#isPaused) return
    for (const frame of this.#waiting.splice(0)) this.#queue.push(frame)
    this.bufferedAmount = 0
  }
}

function queue<T>(): { frames: AsyncIterable<T>; push(item: T): void; end(): void } {
  const items: T[] = []
  let ended = false
  let wake = () => {}
  const frames = (async function* () {
    for (;;) {
      while (items.length > 0) yield items.shift()!
      if (ended) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  })()
  return {
    frames,
    push: (item) => {
      items.push(item)
      wake()
    },
    end: () => {
      ended = true
      wake()
    },
  }
}

/** The whole of a body. */
export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}
