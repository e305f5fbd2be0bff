import { describe, expect, it } from 'vitest'
import { DidLocks } from './did-locks.ts'

const alice = 'did:plc:alice'
const bob = 'did:plc:bob'

describe('DidLocks', () => {
  it('lets one writer of a repository in at a time, in the order of arrival', async () => {
    const locks = new DidLocks()
    const seen: string[] = []
    const writer = (name: string) => async () => {
      seen.push(`${name} in`)
      await Promise.resolve()
      seen.push(`${name} out`)
    }
    await Promise.all([locks.run(alice, writer('a')), locks.run(alice, writer('b')), locks.run(alice, writer('c'))])
    expect(seen).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
  })

  it('goes on after a writer that failed', async () => {
    const locks = new DidLocks()
    const failed = locks.run(alice, () => Promise.reject(new Error('disk full')))
    const next = locks.run(alice, async () => 'written')
    await expect(failed).rejects.toThrow('disk full')
    expect(await next).toBe('written')
  })

  it('keeps writers of different repositories apart', async () => {
    const locks = new DidLocks()
    let releaseAlice!: () => void
    const held = locks.run(alice, () => new Promise<void>((resolve) => (releaseAlice = resolve)))
    expect(await locks.run(bob, async () => 'bob')).toBe('bob')
    releaseAlice()
    await held
  })

  it('starts pipelined work before earlier work is durable, and other work only afterwards', async () => {
    const locks = new DidLocks()
    const seen: string[] = []
    const arrivals: (() => void)[] = []
    const pipelined = (name: string) => async () => {
      seen.push(name)
      return { durable: new Promise<void>((resolve) => arrivals.push(resolve)) }
    }
    await locks.runPipelined(alice, pipelined('first'))
    const alone = locks.run(alice, async () => void seen.push('alone'))
    const after = locks.runPipelined(alice, pipelined('after'))
    await locks.runPipelined(bob, pipelined('of another'))
    expect(seen).toEqual(['first', 'of another'])
    arrivals[0]!()
    await Promise.all([alone, after])
    expect(seen).toEqual(['first', 'of another', 'alone', 'after'])
  })

  it('waits for everything on its way, not only for the newest, and goes on when some of it fails', async () => {
    const locks = new DidLocks()
    let fail!: (error: Error) => void
    const slow = new Promise<void>((_, reject) => (fail = reject))
    await locks.runPipelined(alice, async () => ({ durable: slow }))
    await locks.runPipelined(alice, async () => ({ durable: Promise.resolve() }))
    await expect(locks.runPipelined(alice, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
    let entered = false
    const alone = locks.run(alice, async () => (entered = true))
    await new Promise(setImmediate)
    expect(entered).toBe(false)
    fail(new Error('disk full'))
    expect(await alone).toBe(true)
  })
})
