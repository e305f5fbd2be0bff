import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { collection } from '../operation.ts'
import type { Hoarder } from './attack.ts'
import { type WireRequest, wireForm, xrpc } from './hostile-client.ts'

const program = fileURLToPath(new URL('./hostile-crowd.mjs', import.meta.url))

/** Clients of one network in a separate process, which do a little of everything until `leave`. */
export async function gatherHostileCrowd(service: string, clients: number, hoarder: Hoarder) {
  const child = spawn(process.execPath, [program, new URL(service).port, String(clients)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  })
  // The crowd stands for other machines: its own work must not slow the server.
  setPriority(child.pid!, constants.priority.PRIORITY_LOW)
  const ended = once(child, 'exit')
  const requests = repertoire(hoarder).map((request) => wireForm(request).toString('base64'))
  child.stdin.write(`${JSON.stringify(requests)}\n`)
  await once(createInterface(child.stdout), 'line')
  return {
    async leave() {
      child.stdin.end()
      await ended
    },
  }
}

function repertoire({ did, handle, recordCids }: Hoarder): WireRequest[] {
  const signIn = xrpc('com.atproto.server.createSession')
  const bomb = brotliCompressSync(Buffer.alloc(20_000_000, ' '))
  const body = Buffer.from(JSON.stringify({ identifier: handle, password: 'a guess' }))
  return [
    { path: xrpc('com.atproto.repo.listRecords', { repo: did, collection, limit: '100' }) },
    { path: signIn, body },
    { path: signIn, body: bomb, headers: { 'content-encoding': 'br' } },
    { path: signIn, body: gzipSync(bomb), headers: { 'content-encoding': 'br, gzip' } },
    { path: xrpc('com.atproto.sync.getRepo', { did }) },
    { path: xrpc('com.atproto.identity.resolveHandle', { handle: 'no-such-name.hostile-names.org' }) },
    {
      path: `/xrpc/com.atproto.sync.getBlocks?did=${did}&${recordCids
        .slice(0, 100)
        .map((cid) => `cids=${cid}`)
        .join('&')}`,
    },
    { path: signIn, body: Buffer.from('['.repeat(140_000)) },
    { path: signIn, body: Buffer.from(JSON.stringify({ identifier: 'x'.repeat(140_000), password: 'x' })) },
  ]
}
