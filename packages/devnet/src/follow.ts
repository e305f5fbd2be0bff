#!/usr/bin/env node
import { stringifyJson, type ValueMap } from '@atoll/data-model'
import { type Program, packageVersion, programArguments, refuseArguments } from '@atoll/process'
import { decodeFrame } from '@atoll/xrpc'

const program: Program = {
  name: 'atoll-follow',
  version: packageVersion(import.meta.url),
  summary: 'Prints the events of a firehose until it is stopped, one line of JSON each.',
  arguments: [
    { name: 'server', meaning: 'URL of a server or a relay (default: http://localhost:2583)' },
    {
      name: 'cursor',
      meaning: 'number of the last event to leave out; 0 begins with the oldest (default: the newest)',
    },
  ],
}
const [server = 'http://localhost:2583', cursor] = programArguments(program)
if (!/^(http|ws)s?:/.test(server) || !URL.canParse(server)) refuseArguments(program, `'${server}' is not a URL`)
if (cursor !== undefined && !/^\d+$/.test(cursor)) refuseArguments(program, `'${cursor}' is not a cursor`)
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
