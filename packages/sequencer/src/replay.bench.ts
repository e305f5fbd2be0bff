/** How many events per second reach a subscriber: from the log, and through a local socket. */

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { MemoryPdsStorage, type NewEvent } from '@atoll/storage'
import { createSequencer } from './sequencer.ts'

const events = 30_000
const frameBytes = 4000
const did = 'did:web:bench.test'
// Stands for a value that was parsed elsewhere.
const time = '2026-01-01T00:00:00.000Z' as NewEvent['time']

const storage = new MemoryPdsStorage()
await storage.transact(did, (tx) => {
  for (let n = 0; n < events; n++) {
    tx.events.append({ did, kind: 'commit', time, frame: { bytes: new Uint8Array(frameBytes), seqOffset: 0 } })
  }
})
const sequencer = createSequencer({ events: storage.events })

await measure('replay, in the process', async () => {
  let seen = 0
  for await (const _ of sequencer.subscribe({ cursor: 0 })) if (++seen === events) break
})

const server = createServer(async (socket) => {
  // The reader leaves when it has enough.
  socket.on('error', () => {})
  for await (const frame of sequencer.subscribe({ cursor: 0 })) if (!socket.write(frame)) await once(socket, 'drain')
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
if (address === null || typeof address === 'string') throw new Error('no port')
await measure('replay, through a socket', async () => {
  const socket = connect(address.port, '127.0.0.1')
  let received = 0
  for await (const chunk of socket) {
    received += (chunk as Uint8Array).length
    if (received >= events * frameBytes) break
  }
  socket.destroy()
})
server.close()
await sequencer.close()

async function measure(name: string, work: () => Promise<void>): Promise<void> {
  const started = performance.now()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  const wall = events / ((performance.now() - started) / 1000)
  const cpu = events / ((user + system) / 1e6)
  console.log(`${name}: ${wall.toFixed(0)} events/s, ${cpu.toFixed(0)} for each second of CPU`)
}
