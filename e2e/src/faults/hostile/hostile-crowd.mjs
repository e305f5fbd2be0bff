// Many clients that each send a request, wait for a response or a second, disconnect and start again:
// hostile-crowd.mjs <port> <clients>, with a JSON array of requests in base64 on its input. It ends
// when its input ends.
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const [port, clients] = process.argv.slice(2).map(Number)
const patienceMs = 1_000
const restMs = 100

const lines = createInterface({ input: process.stdin })
lines.once('line', (line) => {
  const requests = JSON.parse(line).map((each) => Buffer.from(each, 'base64'))
  for (let index = 0; index < clients; index++) attack(requests, index)
  console.log('here')
})
lines.once('close', () => process.exit(0))

function attack(requests, index) {
  const socket = connect({ port, host: '127.0.0.1' })
  const timer = setTimeout(() => socket.destroy(), patienceMs)
  socket.on('connect', () => socket.write(requests[index % requests.length]))
  // Half of them do not read.
  if (index % 2 === 0) socket.once('data', () => socket.destroy())
  socket.on('error', () => {})
  socket.on('close', () => {
    clearTimeout(timer)
    setTimeout(() => attack(requests, index + 1), restMs)
  })
}
