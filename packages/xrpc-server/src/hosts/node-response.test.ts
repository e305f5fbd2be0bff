import { once } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { UnreadResponses } from '../limits/unread-responses.ts'
import { writeResponse } from './node-response.ts'

it.each([
  ['whole', new Uint8Array(1_000_000)],
  [
    'streamed',
    (async function* () {
      for (let chunk = 0; chunk < 10; chunk++) yield new Uint8Array(100_000)
    })(),
  ],
])('a %s answer ends when its client leaves while it waits for its share of the event loop', async (_, body) => {
  const message = new IncomingMessage(new Socket())
  const response = new ServerResponse(message)
  // One that takes everything at once.
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done(), highWaterMark: 10_000_000 })
  response.assignSocket(socket as Socket)
  const unread = new UnreadResponses({})
  const options = {
    stalledMs: 60_000,
    lingerMs: 1_000,
    unread,
    network: () => '192.0.2.1',
    onUnsendable: (error: unknown) => expect.unreachable(String(error)),
    async share() {
      const closed = once(response, 'close')
      response.destroy()
      await closed
    },
  }
  await writeResponse(message, response, { status: 200, headers: {}, body }, false, options)
  expect(unread.bytes).toBe(0)
})
