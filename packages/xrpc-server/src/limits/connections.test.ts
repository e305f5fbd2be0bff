import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import { describe, expect, it } from 'vitest'
import { Connections } from './connections.ts'

class FakeSocket extends EventEmitter {
  isCut = false
  readonly remoteAddress: string

  constructor(remoteAddress: string) {
    super()
    this.remoteAddress = remoteAddress
  }
  destroy() {
    this.isCut = true
    this.emit('close')
  }
}

describe('connections', () => {
  it.each([
    ['one IPv4 address', '203.0.113.1', '::ffff:203.0.113.1', '203.0.113.2'],
    ['one IPv6 network', '2001:db8::1', '2001:db8::ffff:0:0:1', '2001:db8:0:1::1'],
  ])('are bounded for %s', (_, one, same, other) => {
    const server = new EventEmitter()
    new Connections(server as Server, { maxConnectionsPerAddress: 2 })
    const open = (address: string) => {
      const socket = new FakeSocket(address)
      server.emit('connection', socket)
      return socket
    }
    const first = open(one)
    expect([first, open(same), open(same), open(other)].map(({ isCut }) => isCut)).toEqual([false, false, true, false])
    first.destroy()
    expect([open(same), open(one)].map(({ isCut }) => isCut)).toEqual([false, true])
  })
})
