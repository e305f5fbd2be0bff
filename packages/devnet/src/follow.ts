#!/usr/bin/env node
import { stringifyJson, type ValueMap } from '@atoll/data-model'
import { decodeFrame } from '@atoll/xrpc'

/**
 * Prints the events of a server's firehose, one line of JSON each. The arguments are the server's
 * URL and a cursor.
 */
const [server = 'http://localhost:2583', cursor] = process.argv.slice(2)
const url = new URL('/xrpc/com.atproto.sync.subscribeRepos', server.replace(/^http/, 'ws'))
if (cursor !== undefined) url.searchParams.set('cursor', cursor)

const socket = new WebSocket(url)
socket.binaryType = 'arraybuffer'
socket.addEventListener('open', () => console.error(`following ${url} (Ctrl-C ends it)`))
socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
  const frame = decodeFrame(new Uint8Array(data))
  if (frame.op === -1) return console.error(`${frame.error}: ${frame.message ?? ''}`)
  if (frame.op !== 1) return
  const { blocks } = frame.body
  const size: ValueMap = blocks instanceof Uint8Array ? { blocks: `${blocks.length} bytes` } : {}
  console.log(stringifyJson({ type: frame.type, ...frame.body, ...size }))
})
socket.addEventListener('error', () => {
  console.error(`${url.origin} cannot be reached: is the server running?`)
  process.exitCode = 1
})
