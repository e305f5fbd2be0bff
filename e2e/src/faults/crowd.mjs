// Holds many connections to a server that send little or nothing, and reopens those that are cut
// off: crowd.mjs <port> <kind>=<count>… (uploads use the token CROWD_TOKEN). Prints a line when all
// are connected, and ends when its input ends.
import { connect } from 'node:net'

const host = 'Host: localhost\r\n'
const subscribe =
  `GET /xrpc/com.atproto.sync.subscribeRepos HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'

/** What a connection sends at first, and then every five seconds. */
const kinds = {
  silent: ['', ''],
  halfAsked: [`POST /xrpc/com.atproto.server.createSession HTTP/1.1\r\n${host}X-Slow: `, 'x'],
  slowBody: [
    `POST /xrpc/com.atproto.server.createSession HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
    ' ',
  ],
  keptAlive: [`GET /robots.txt HTTP/1.1\r\n${host}\r\n`, ''],
  subscribed: [subscribe, ''],
  stalled: [`${subscribe.replace('subscribeRepos', 'subscribeRepos?cursor=0')}`, ''],
  givenUp: [
    `POST /xrpc/com.atproto.repo.uploadBlob HTTP/1.1\r\n${host}Authorization: Bearer ${process.env.CROWD_TOKEN}\r\n` +
      `Content-Type: application/octet-stream\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(60_000)}`,
    '',
  ],
}

const atOnce = 100
const [port, ...wanted] = process.argv.slice(2)
const sockets = new Set()
let connections = 0

process.stdin.on('data', () => {}).on('end', () => process.exit(0))

for (const [kind, count] of wanted.map((each) => each.split('=')))
  for (let opened = 0; opened < Number(count); opened += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, Number(count) - opened) }, () => open(kind)))
setInterval(() => {
  for (const { socket, again } of sockets) if (again && socket.writable) socket.write(again)
}, 5_000)
console.log(`${connections} connections`)

function open(kind) {
  const [first, again] = kinds[kind]
  return new Promise((resolve) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1' })
    const entry = { socket, again }
    socket.on('connect', () => {
      sockets.add(entry)
      connections++
      if (first) socket.write(first)
      if (kind === 'stalled') socket.pause()
      if (kind === 'givenUp') setTimeout(() => socket.destroy(), 500)
      resolve()
    })
    if (kind !== 'stalled') socket.on('data', () => {})
    socket.on('error', () => resolve())
    socket.on('close', () => {
      sockets.delete(entry)
      // Not all at once: connections opened together are cut off together.
      setTimeout(() => open(kind), Math.random() * 5_000)
    })
  })
}
