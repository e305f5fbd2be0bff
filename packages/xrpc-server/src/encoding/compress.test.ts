import { setImmediate as nextTick } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { bytesOf } from '../../test/hosts.ts'
import type { ByteStream } from '../http/bodies.ts'
import type { RouterRequest } from '../http/messages.ts'
import { compressResponse } from './compress.ts'

const text = 'an atoll is a ring of islands. '.repeat(200)
const headers = new Map([['accept-encoding', 'gzip']])

function exchange({ signal = new AbortController().signal, chunks = 5 } = {}) {
  const turns: (() => void)[] = []
  let made = 0
  const request: RouterRequest = {
    method: 'GET',
    path: '/',
    query: '',
    ip: '192.0.2.1',
    headers: { get: (name) => headers.get(name) ?? null, entries: () => headers },
    signal,
    body: undefined,
    nextTurn: () => new Promise((resolve) => turns.push(resolve)),
  }
  const body = (async function* () {
    for (; made < chunks; made++) yield Buffer.from(text)
  })()
  const answer = async () => {
    const { body: compressed } = await compressResponse(request, {
      status: 200,
      headers: { 'content-type': 'application/vnd.ipld.car' },
      body,
    })
    return compressed as ByteStream
  }
  return { turns, answer, made: () => made }
}

it('each chunk of a stream that is compressed has a turn of the event loop to be made in', async () => {
  const { turns, answer, made } = exchange()
  const reading = bytesOf(await answer())
  for (let chunk = 0; chunk <= 5; chunk++) {
    while (turns.length === 0) await nextTick()
    expect(made()).toBe(Math.max(0, chunk - 1))
    turns.shift()!()
  }
  expect(gunzipSync(await reading).toString()).toBe(text.repeat(5))
})

it('nothing more of such a stream is made once its client has left', async () => {
  const gone = new AbortController()
  const { turns, answer, made } = exchange({ signal: gone.signal })
  const reading = bytesOf(await answer())
  while (turns.length === 0) await nextTick()
  gone.abort()
  turns.shift()!()
  await reading
  expect(made()).toBe(0)
})
