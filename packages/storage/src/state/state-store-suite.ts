import { expect } from 'vitest'
import { alice } from '../core/samples.ts'
import { describeRules, type Exceptions, type OpenStorage, storageForEach } from '../core/suite.ts'
import type { StatePart } from './state-store.ts'

/** The rules of `StateStore` and `StateWrites`. */
export function stateStoreSuite(name: string, open: OpenStorage<StatePart>, except: Exceptions = {}): void {
  describeRules(`${name}: state`, except, (rule) => {
    const { fresh, opened } = storageForEach(open)

    rule('returns values as last set, large and empty ones included', async () => {
      const storage = await fresh()
      for (const value of ['one', '', 'x'.repeat(200_000), 'ünïcödé 🏝']) {
        await storage.transact(alice, (tx) => tx.state.set('crawl', 'relay', value))
        expect(await storage.state.get('crawl', 'relay')).toBe(value)
      }
      expect(await storage.state.get('crawl', 'other')).toBeUndefined()
      expect(await storage.state.get('other', 'relay')).toBeUndefined()
    })

    rule('lists one namespace, ascending by key', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => {
        for (const key of ['b', 'a', 'C', '']) tx.state.set('one', key, `value of ${key}`)
        tx.state.set('on', 'e', 'other')
      })
      expect((await storage.state.list('one')).map((entry) => entry.key)).toEqual(['', 'C', 'a', 'b'])
      expect(await storage.state.list('on')).toEqual([{ key: 'e', value: 'other' }])
      expect(await storage.state.list('none')).toEqual([])
    })

    rule('deletes a value; deleting what is not there is no error', async () => {
      const storage = await fresh()
      await storage.transact(alice, (tx) => tx.state.set('one', 'a', '1'))
      await storage.transact(alice, (tx) => tx.state.delete('one', 'a'))
      await storage.transact(alice, (tx) => tx.state.delete('one', 'a'))
      expect(await storage.state.get('one', 'a')).toBeUndefined()
    })

    rule('keeps values through a crash', async () => {
      const { storage, reopen } = await opened()
      await storage.transact(alice, (tx) => tx.state.set('one', 'a', '1'))
      expect(await (await reopen()).state.get('one', 'a')).toBe('1')
    })
  })
}
