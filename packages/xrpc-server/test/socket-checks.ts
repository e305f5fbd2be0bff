/**
 * What every host must do for subscribers, looked at from outside, over real sockets. `npm run
 * runtimes` starts the router of `socket-router.ts` in each runtime and runs these checks.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { decodeFrame } from '@atoll/xrpc'
import { WebSocket } from 'ws'
import { bounds } from './socket-router.ts'

export interface Place {
  readonly port: number
  /** Whether the runtime lets the server see that a subscriber is gone for good. */
  readonly pings: boolean
  /** Whether the host can be closed. */
  readonly closes: boolean
}

type Check = (place: Place) => Promise<void>

const events = '/xrpc/test.atoll.events'
const proxied = (ip: string) => ({ 'x-forwarded-for': ip })

export const checks: Record<string, Check> = {
  async 'answers requests'({ port }) {
    const response = await fetch(`http://127.0.0.1:${port}/xrpc/test.atoll.add`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"numbers":[1,2,3]}',
    })
    assert.deepEqual([response.status, await response.json()], [200, { sum: 6 }])
  },

  async 'sends frames in order, then closes'({ port }) {
    const { frames, closed } = await subscribe(port, '?to=1000&bytes=100')
    const values = (await frames).map((frame) => frame.op === 1 && frame.body['value'])
    assert.deepEqual(
      values,
      Array.from({ length: 1000 }, (_, value) => value),
    )
    assert.deepEqual(await closed, [1000, ''])
  },

  async 'sends frames that are larger than what may wait'({ port }) {
    const { frames, closed } = await subscribe(port, '?to=5&bytes=2000000')
    const sizes = (await frames).map((frame) => frame.op === 1 && (frame.body['padding'] as Uint8Array).length)
    assert.deepEqual(sizes, Array(5).fill(2_000_000))
    assert.equal((await closed)[0], 1000)
  },

  async 'sends a refusal in an error frame'({ port }) {
    const { frames, closed } = await subscribe(port, '?to=1&then=refuse')
    const error = { op: -1, error: 'FutureCursor', message: 'the cursor is in the future' }
    assert.deepEqual((await frames).at(-1), error)
    assert.deepEqual(await closed, [1008, 'FutureCursor'])
  },

  async 'says nothing of its own faults, and reports them'({ port }) {
    const { frames, closed } = await subscribe(port, '?to=0&then=fail')
    assert.deepEqual(await frames, [{ op: -1, error: 'InternalServerError', message: 'Internal Server Error' }])
    assert.deepEqual(await closed, [1011, 'InternalServerError'])
    assert.deepEqual((await state(port)).errors, ['Error: a secret'])
  },

  async 'refuses before the upgrade what HTTP can refuse'({ port }) {
    assert.match(await refusal(port, `${events}?to=x`), /^400 InvalidRequest: .*to/)
    assert.match(await refusal(port, events, { authorization: 'none' }), /^401 AuthMissing: Authentication Required$/)
    assert.match(await refusal(port, '/xrpc/test.atoll.other'), /^501 MethodNotImplemented/)
    assert.match(await refusal(port, '/xrpc/test.atoll.state'), /^400 InvalidRequest: .*not a subscription/)
    assert.match(await refusal(port, '/elsewhere'), /^404 NotFound/)
  },

  async 'asks for a WebSocket where there is none'({ port }) {
    const response = await fetch(`http://127.0.0.1:${port}${events}`)
    const { error } = (await response.json()) as { error: string }
    assert.deepEqual([response.status, error], [426, 'UpgradeRequired'])
  },

  async 'tells clients apart by the address that a proxy reports'({ port }) {
    const { frames } = await subscribe(port, '?to=1', proxied('192.0.2.7'))
    const [frame] = await frames
    assert.equal(frame?.op === 1 && frame.body['from'], '192.0.2.7')
    const direct = await subscribe(port, '?to=1')
    const [other] = await direct.frames
    assert.equal(other?.op === 1 && other.body['from'], '127.0.0.1')
    assert.equal((await state(port, proxied('192.0.2.8'))).address, '192.0.2.8')
  },

  async 'asks the handler for no more while the socket is full'({ port }) {
    const { socket, frames, closed } = await subscribe(port, '?to=200&bytes=100000', {}, true)
    // Long enough to fill every buffer on the way, and too short to count as too slow.
    await settled(async () => (await state(port)).made, bounds.drainTimeoutMs / 10)
    const { made } = await state(port)
    // What the kernel holds on both sides of a loopback, and the buffer.
    assert.ok(made < 150, `${made} frames were made`)
    socket.resume()
    assert.equal((await frames).length, 200)
    assert.deepEqual(await closed, [1000, ''])
  },

  async 'cuts off a subscriber that stays too slow'({ port }) {
    const { ended } = await state(port)
    const { socket, frames, closed } = await subscribe(port, '?to=100000&bytes=100000', {}, true)
    await until(async () => (await state(port)).ended > ended)
    socket.resume()
    const last = (await frames).at(-1)
    assert.ok(last?.op === -1 && last.error === 'ConsumerTooSlow', JSON.stringify(last))
    assert.deepEqual(await closed, [1008, 'ConsumerTooSlow'])
  },

  async 'ends the handler when its subscriber goes'({ port }) {
    for (const go of ['close', 'terminate'] as const) {
      const { socket } = await subscribe(port, '?to=1&then=wait')
      await until(async () => (await state(port)).open === 1)
      socket[go]()
      await nobody(port)
    }
  },

  async 'keeps nothing of a client that leaves before it has its answer'({ port }) {
    const socket = open(port, `${events}?then=wait`, { authorization: 'slow' })
    socket.on('error', () => {})
    await pause(150)
    socket.terminate()
    // Longer than the decision takes; some runtimes learn only then that the client has gone.
    await pause(400)
    await nobody(port)
    assert.deepEqual((await state(port)).errors.slice(1), [])
  },

  async 'opens no more than so many for one address'({ port }) {
    const from = proxied('192.0.2.9')
    const sockets: WebSocket[] = []
    for (let i = 0; i < bounds.maxPerAddress; i++) {
      sockets.push((await subscribe(port, '?to=1&then=wait', from)).socket)
    }
    assert.match(await refusal(port, events, from), /^429 RateLimitExceeded/)
    for (const socket of sockets) socket.terminate()
    await nobody(port)
    const { frames } = await subscribe(port, '?to=1', from)
    assert.equal((await frames).length, 1)
  },

  async 'cuts off a subscriber that talks'({ port }) {
    const { socket, closed } = await subscribe(port, '?to=1&then=wait')
    // Only the last message is too much: a connection that is closed with bytes unread is reset,
    // and the close frame may be lost.
    for (let i = 0; i < 6; i++) socket.send(new Uint8Array(10_000))
    socket.send(new Uint8Array(6_000))
    assert.deepEqual(await closed, [1008, 'nothing is to be sent here'])
  },

  async 'keeps a silent subscriber, and pings it'({ port, pings }) {
    const { socket } = await subscribe(port, '?to=1&then=wait')
    let heard = 0
    socket.on('ping', () => heard++)
    await pause(3_500)
    assert.equal(socket.readyState, WebSocket.OPEN)
    if (pings) assert.ok(heard >= 1, 'it was not pinged')
    socket.terminate()
    await nobody(port)
  },

  async 'cuts off a subscriber that does not answer pings'({ port, pings }) {
    if (!pings) return
    const { closed } = await subscribe(port, '?to=1&then=wait', {}, false, false)
    await closed
    await nobody(port)
  },

  async 'refuses what is no handshake'({ port }) {
    const headers = { connection: 'upgrade', upgrade: 'websocket' }
    const { request } = await import('node:http')
    const asked = request({ host: '127.0.0.1', port, path: events, headers, agent: false })
    asked.end()
    const [response] = await Promise.race([once(asked, 'response'), once(asked, 'upgrade')])
    response.destroy()
    assert.ok(response.statusCode >= 400 && response.statusCode < 500, `${response.statusCode}`)
  },

  // The last, for the server is gone then.
  async 'says goodbye when it closes'({ port, closes }) {
    if (!closes) return
    const { closed } = await subscribe(port, '?to=1&then=wait')
    const response = await fetch(`http://127.0.0.1:${port}/xrpc/test.atoll.stop`, { method: 'POST' })
    assert.equal(response.status, 200)
    assert.deepEqual(await closed, [1001, 'the server is closing'])
    await until(async () =>
      state(port).then(
        () => false,
        () => true,
      ),
    )
  },
}

function open(port: number, path: string, headers: Record<string, string> = {}, autoPong = true): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers, perMessageDeflate: false, autoPong })
}

async function subscribe(
  port: number,
  query: string,
  headers: Record<string, string> = {},
  isPaused = false,
  autoPong = true,
) {
  const socket = open(port, events + query, headers, autoPong)
  const received: Buffer[] = []
  socket.on('message', (bytes: Buffer) => received.push(bytes))
  const closed = new Promise<[number, string]>((resolve) => {
    socket.on('close', (code, reason) => resolve([code, reason.toString()]))
  })
  await new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('open', () => {
      // Later would be too late: frames may have come with the handshake.
      if (isPaused) socket.pause()
      resolve(undefined)
    })
  })
  return { socket, closed, frames: closed.then(() => received.map((bytes) => decodeFrame(bytes))) }
}

async function refusal(port: number, path: string, headers: Record<string, string> = {}): Promise<string> {
  const socket = open(port, path, headers)
  socket.on('error', () => {})
  const answer = once(socket, 'unexpected-response')
  const opened = once(socket, 'open').then(() => Promise.reject(new Error('accepted')))
  const [, response] = await Promise.race([answer, opened])
  let text = ''
  for await (const chunk of response) text += chunk
  const { error, message } = JSON.parse(text)
  return `${response.statusCode} ${error}: ${message}`
}

interface State {
  made: number
  open: number
  ended: number
  errors: string[]
  address: string
}

async function state(port: number, headers: Record<string, string> = {}): Promise<State> {
  const response = await fetch(`http://127.0.0.1:${port}/xrpc/test.atoll.state`, { headers })
  return (await response.json()) as State
}

/** Resolves when no subscription is open. */
function nobody(port: number): Promise<void> {
  return until(async () => (await state(port)).open === 0)
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 15_000; !(await isSo()); await pause(20)) {
    if (Date.now() > end) throw new Error('it did not come to that within 15 s')
  }
}

async function settled(figure: () => Promise<number>, ms: number): Promise<void> {
  let before: number | undefined
  for (let now = await figure(); now !== before; now = await figure()) {
    before = now
    await pause(ms)
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
