import { decodeFrame } from '@atoll/xrpc'
import { type NodeServer, serveNode } from '@atoll/xrpc-server/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PdsUnderTest } from './pds-under-test.ts'
import { noteProvoked } from './provoked-errors.ts'

const path = '/xrpc/com.atproto.sync.subscribeRepos'

let pds: PdsUnderTest
let server: NodeServer
beforeAll(async () => {
  pds = await PdsUnderTest.start()
  await pds.account('alice')
  server = await serveNode(pds.pds.router, { port: 0 })
})
afterAll(async () => {
  await server.close()
  await pds.close()
})

/**
 * What a subscriber sees until the server closes, or until it has seen as many frames as it wanted.
 */
function follow(query: string, frames: number): Promise<{ types: string[]; opened: boolean }> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}${query}`)
  socket.binaryType = 'arraybuffer'
  const types: string[] = []
  let opened = false
  return new Promise((resolve) => {
    socket.onopen = () => (opened = true)
    socket.onmessage = ({ data }) => {
      const frame = decodeFrame(new Uint8Array(data))
      if (frame.op === -1) noteProvoked('com.atproto.sync.subscribeRepos', frame.error)
      types.push(frame.op === 1 ? frame.type : frame.op === -1 ? frame.error : 'unknown')
      if (types.length === frames) socket.close()
    }
    // A socket that fails before it opens is closed as well.
    socket.onerror = () => undefined
    socket.onclose = () => resolve({ types, opened })
  })
}

describe('subscribeRepos', () => {
  it.each([0, -1, -99])('replays from %i in the order of what happened', async (cursor) => {
    const { types } = await follow(`?cursor=${cursor}`, 4)
    expect(types).toEqual(['#identity', '#account', '#commit', '#sync'])
  })

  it('refuses a cursor from the future with an error frame, and closes', async () => {
    const future = (await pds.adapters.storage.events.last()) + 1
    expect(await follow(`?cursor=${future}`, 9)).toEqual({ types: ['FutureCursor'], opened: true })
  })

  it.each(['abc', '1.5', '1e3', '%00', '%FF', '99999999999999999999', '9007199254740993', '1&cursor=2', '-9e99'])(
    'does not open for the cursor %j',
    async (cursor) => {
      const { types, opened } = await follow(`?cursor=${cursor}`, 1)
      expect(opened ? types : ['InvalidRequest']).toEqual(['InvalidRequest'])
      expect(pds.errors).toEqual([])
    },
  )

  it.each(['GET', 'POST'])('refuses %s without an upgrade', async (method) => {
    const response = await pds.fetch(path, { method })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.status).toBeLessThan(500)
    expect(await response.json()).toEqual({ error: expect.any(String), message: expect.any(String) })
  })
})
