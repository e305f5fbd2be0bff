import { describe, expect, it } from 'vitest'
import { account } from '../accounts/sample-account.ts'
import { MemoryPdsStorage } from '../services/memory-pds-storage.ts'
import { pdsMethods } from '../services/pds-storage.ts'
import { intentRecorders, replayIntents } from './intents.ts'
import { alice } from './samples.ts'
import type { MethodNames } from './storage.ts'

const newRecorder = intentRecorders(pdsMethods)

describe('intents', () => {
  it('are recorded in the order of the calls, whichever writers they are for', () => {
    const recorder = newRecorder()
    recorder.state.set('a', 'b', 'c')
    recorder.accounts.delete(alice)
    recorder.state.delete('a', 'b')
    expect(recorder.intents).toEqual([
      ['state', 'set', ['a', 'b', 'c']],
      ['accounts', 'delete', [alice]],
      ['state', 'delete', ['a', 'b']],
    ])
  })

  it('replayed into another recorder are the same intents', () => {
    const [first, second] = [newRecorder(), newRecorder()]
    first.accounts.create(account(alice, 'alice'))
    first.events.removeOf(alice)
    replayIntents(first.intents, second)
    expect(second.intents).toEqual(first.intents)
  })

  it('do nothing before they are committed', async () => {
    const storage = new MemoryPdsStorage()
    await storage.transact(alice, async (tx) => {
      tx.accounts.create(account(alice, 'alice'))
      expect(await storage.accounts.get(alice)).toBeUndefined()
    })
    expect(await storage.accounts.get(alice)).toBeDefined()
  })

  it('are described by names that do not compile when a method is forgotten or misspelt', () => {
    interface Tx {
      readonly lights: { on(lamp: string): void; off(lamp: string): void }
    }
    const whole: MethodNames<Tx> = { lights: { on: true, off: true } }
    // @ts-expect-error: `off` is missing
    const forgotten: MethodNames<Tx> = { lights: { on: true } }
    // @ts-expect-error: there is no `of`
    const misspelt: MethodNames<Tx> = { lights: { on: true, off: true, of: true } }
    // @ts-expect-error: the whole writer is missing
    const none: MethodNames<Tx> = {}
    for (const names of [whole, forgotten, misspelt, none]) expect(Object.keys(names).length).toBeLessThan(2)

    const writers: Tx = { lights: { on: () => {}, off: () => {} } }
    // @ts-expect-error: the writers have no `off`
    const incomplete: Tx = { lights: { on: () => {} } }
    const recorder = intentRecorders(whole)()
    recorder.lights.on('red')
    // @ts-expect-error: a lamp has a name
    recorder.lights.on(1)
    replayIntents(recorder.intents, writers)
    replayIntents(recorder.intents, incomplete)
    expect(recorder.intents).toEqual([
      ['lights', 'on', ['red']],
      ['lights', 'on', [1]],
    ])
  })
})
