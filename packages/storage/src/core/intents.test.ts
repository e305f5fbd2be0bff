import { describe, expect, it } from 'vitest'
import { MemoryStorage } from '../services/memory-storage.ts'
import { account, alice } from '../testing/samples.ts'
import { IntentRecorder, replayIntents } from './intents.ts'

describe('intents', () => {
  it('are noted in the order of the calls, whichever writers they are for', () => {
    const recorder = new IntentRecorder()
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
    const [first, second] = [new IntentRecorder(), new IntentRecorder()]
    first.accounts.create(account(alice, 'alice'))
    first.events.removeOf(alice)
    replayIntents(first.intents, second)
    expect(second.intents).toEqual(first.intents)
  })

  it('do nothing before they are committed', async () => {
    const storage = new MemoryStorage()
    await storage.transact(alice, async (tx) => {
      tx.accounts.create(account(alice, 'alice'))
      expect(await storage.accounts.get(alice)).toBeUndefined()
    })
    expect(await storage.accounts.get(alice)).toBeDefined()
  })
})
