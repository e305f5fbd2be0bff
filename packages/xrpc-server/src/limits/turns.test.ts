import { describe, expect, it } from 'vitest'
import { TooManyWaitingError, type TurnLimits, Turns } from './turns.ts'

/** Work that ends when the test says so. */
function setUp(limits: TurnLimits = { atOnce: 1, maxWaiting: 4, maxWaitingPerClient: 3 }) {
  const turns = new Turns(limits)
  const begun: string[] = []
  const ends: (() => void)[] = []
  const ask = (name: string, client?: string, signal?: AbortSignal) =>
    turns.run(
      () => {
        begun.push(name)
        return new Promise<void>((resolve) => ends.push(resolve))
      },
      { client, signal },
    )
  const endNext = async () => {
    ends.shift()?.()
    await new Promise(setImmediate)
  }
  return { ask, begun, endNext }
}

describe('turns', () => {
  it('go to each client in turn, however many one has waiting', async () => {
    const { ask, begun, endNext } = setUp()
    const all = [ask('a1', 'a'), ask('a2', 'a'), ask('a3', 'a'), ask('a4', 'a'), ask('b1', 'b')]
    for (let end = 0; end < 5; end++) await endNext()
    await Promise.all(all)
    expect(begun).toEqual(['a1', 'a2', 'b1', 'a3', 'a4'])
  })

  it('are refused beyond what may wait, in all and of one client', async () => {
    const { ask, endNext } = setUp()
    const all = [ask('a1', 'a'), ask('a2', 'a'), ask('a3', 'a'), ask('a4', 'a')]
    await expect(ask('a5', 'a')).rejects.toThrow(TooManyWaitingError)
    all.push(ask('b1', 'b'))
    await expect(ask('c1', 'c')).rejects.toThrow(TooManyWaitingError)
    for (let end = 0; end < 5; end++) await endNext()
    await Promise.all(all)
    void ask('c1', 'c')
  })

  it('are given up by those who leave the queue, and their place is free', async () => {
    const { ask, begun, endNext } = setUp()
    const gone = new AbortController()
    const first = ask('a1', 'a')
    const leaving = [1, 2, 3].map(() => ask('left', 'a', gone.signal))
    gone.abort(new Error('gone'))
    for (const each of leaving) await expect(each).rejects.toThrow('gone')
    await expect(ask('late', 'a', gone.signal)).rejects.toThrow('gone')
    const others = [1, 2, 3].map((number) => ask(`a${number + 1}`, 'a'))
    for (let end = 0; end < 4; end++) await endNext()
    await Promise.all([first, ...others])
    expect(begun).toEqual(['a1', 'a2', 'a3', 'a4'])
  })

  it('may be fewer for one client than there are, and then others come before it', async () => {
    const { ask, begun, endNext } = setUp({ atOnce: 2, atOncePerClient: 1, maxWaiting: 4, maxWaitingPerClient: 3 })
    const all = [ask('a1', 'a'), ask('a2', 'a'), ask('a3', 'a'), ask('b1', 'b'), ask('b2', 'b')]
    expect(begun).toEqual(['a1', 'b1'])
    await endNext()
    expect(begun).toEqual(['a1', 'b1', 'a2'])
    for (let end = 0; end < 5; end++) await endNext()
    await Promise.all(all)
    expect(begun).toEqual(['a1', 'b1', 'a2', 'b2', 'a3'])
  })
})
