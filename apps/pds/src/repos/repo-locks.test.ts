import { describe, expect, it } from 'vitest'
import { RepoLocks } from './repo-locks.ts'

const alice = 'did:plc:alice'
const bob = 'did:plc:bob'

describe('RepoLocks', () => {
  it('lets one writer of a repository in at a time, in the order of arrival', async () => {
    const locks = new RepoLocks()
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
    const locks = new RepoLocks()
    const failed = locks.run(alice, () => Promise.reject(new Error('disk full')))
    const next = locks.run(alice, async () => 'written')
    await expect(failed).rejects.toThrow('disk full')
    expect(await next).toBe('written')
  })

  it('keeps writers of different repositories apart', async () => {
    const locks = new RepoLocks()
    let releaseAlice!: () => void
    const held = locks.run(alice, () => new Promise<void>((resolve) => (releaseAlice = resolve)))
    expect(await locks.run(bob, async () => 'bob')).toBe('bob')
    releaseAlice()
    await held
  })
})
