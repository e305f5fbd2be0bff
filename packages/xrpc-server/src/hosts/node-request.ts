/** Node's request as the router takes it. Everything is computed when it is first asked for. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { yieldToEventLoop } from '@atoll/event-loop'
import type { ByteStream } from '../http/bodies.ts'
import { clientAddress, clientNetwork } from '../http/client-address.ts'
import { ClientGoneError, payloadTooLarge } from '../http/errors.ts'
import { GatheredChunks } from '../http/gathered-chunks.ts'
import type { RequestHeaders, RouterRequest } from '../http/messages.ts'
import type { LoopShares } from '../limits/loop-shares.ts'
import type { SlowBodyGuard } from '../limits/slow-body-guard.ts'
import { NodeBody } from './node-body.ts'

export interface NodeRequestOptions {
  /** Whose X-Forwarded-For is believed. Default: loopback, link-local and private addresses. */
  isTrustedProxy?(address: string): boolean
  /** Refuses uploads that arrive too slowly. Default: a guard with the usual bounds. */
  guard?: SlowBodyGuard
}

/** The address at the other end of each connection, which has many requests. */
const peers = new WeakMap<Socket, string>()

/** What closes with the client: a response, or the socket of a request to upgrade. */
export interface Closing {
  readonly destroyed: boolean
  readonly writableFinished: boolean
  once(event: 'close', listener: () => void): unknown
}

export class NodeRequest implements RouterRequest, RequestHeaders {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly #message: IncomingMessage
  readonly #response: Closing
  readonly #options: NodeRequestOptions & { readonly shares?: LoopShares }
  #ip: string | undefined
  #signal: AbortSignal | undefined

  /** @param response closes before its end when the client has gone */
  constructor(message: IncomingMessage, response: Closing, options: NodeRequestOptions & { shares?: LoopShares }) {
    this.#message = message
    this.#response = response
    this.#options = options
    this.method = message.method ?? 'GET'
    const url = message.url ?? '/'
    if (url.charCodeAt(0) === 0x2f) {
      const mark = url.indexOf('?')
      this.path = mark === -1 ? url : url.slice(0, mark)
      this.query = mark === -1 ? '' : url.slice(mark + 1)
    } else {
      // The absolute form that proxies are sent, or the asterisk of OPTIONS.
      const { pathname, search } = URL.parse(url) ?? { pathname: url, search: '' }
      this.path = pathname
      this.query = search.slice(1)
    }
  }

  // The request is its own header list: one object fewer for each request.
  get headers(): RequestHeaders {
    return this
  }

  get(name: string): string | null {
    const value = this.#message.headers[name] ?? this.#message.headers[name.toLowerCase()]
    if (value === undefined) return null
    return typeof value === 'string' ? value : value.join(', ')
  }

  *entries(): Generator<[string, string]> {
    for (const [name, value] of Object.entries(this.#message.headers)) {
      if (value !== undefined) yield [name, typeof value === 'string' ? value : value.join(', ')]
    }
  }

  get ip(): string {
    return (this.#ip ??= this.#findIp())
  }

  #findIp(): string {
    const { socket } = this.#message
    let peer = peers.get(socket)
    if (peer === undefined) {
      peer = clientAddress(socket.remoteAddress ?? '', null)
      peers.set(socket, peer)
    }
    const forwarded = this.get('x-forwarded-for')
    return forwarded === null ? peer : clientAddress(peer, forwarded, this.#options.isTrustedProxy)
  }

  get network(): string {
    return clientNetwork(this.ip)
  }

  nextTurn(): Promise<void> {
    return this.#options.shares?.next(this.network) ?? yieldToEventLoop()
  }

  get signal(): AbortSignal {
    return (this.#signal ??= this.#watch())
  }

  #watch(): AbortSignal {
    const response = this.#response
    const gone = new AbortController()
    const onClose = () => {
      if (!response.writableFinished) gone.abort(new ClientGoneError())
    }
    if (response.destroyed) onClose()
    else response.once('close', onClose)
    return gone.signal
  }

  get hasBody(): boolean {
    const { headers } = this.#message
    return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  }

  get body(): ByteStream | undefined {
    return this.hasBody ? new NodeBody(this.#message, this.#options.guard) : undefined
  }

  async read(maxBytes: number): Promise<Uint8Array> {
    // By the next microtask, everything that came with the headers has been parsed: usually the
    // whole body.
    await undefined
    const message = this.#message
    if (!message.complete) return readMessage(message, maxBytes, this.#options.guard)
    const bytes: Uint8Array | null = message.read()
    if (bytes && bytes.length > maxBytes) throw payloadTooLarge()
    return bytes ?? new Uint8Array()
  }
}

function readMessage(
  message: IncomingMessage,
  maxBytes: number,
  guard: SlowBodyGuard | undefined,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks = new GatheredChunks()
    const settle = () => {
      guard?.forget(message)
      message.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
    }
    const onData = (chunk: Uint8Array) => {
      chunks.add(chunk)
      if (chunks.length > maxBytes) fail(payloadTooLarge())
    }
    const fail = (refusal: Error) => {
      settle()
      message.pause()
      reject(refusal)
    }
    const onEnd = () => {
      settle()
      resolve(chunks.join())
    }
    const onGone = (cause?: unknown) => {
      settle()
      reject(new ClientGoneError({ cause }))
    }
    if (message.destroyed && !message.complete) return onGone()
    guard?.watch(message, fail)
    message.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
  })
}
