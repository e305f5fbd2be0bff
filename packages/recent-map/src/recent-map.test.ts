import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecentMap } from './index.ts'

describe('RecentMap', () => {
  it('removes what was used least recently', () => {
    const map = new RecentMap<string, number>({ maxSize: 2 })
    map.set('a', 1)
    map.set('b', 2)
    expect(map.get('a')).toBe(1)
    map.set('c', 3)
    expect(['a', 'b', 'c'].map((key) => map.has(key))).toEqual([true, false, true])
  })

  it('removes what was stored first when entries are only peeked at', () => {
    const map = new RecentMap<string, number>({ maxSize: 2 })
    map.set('a', 1)
    map.set('b', 2)
    expect(map.peek('a')).toBe(1)
    map.set('c', 3)
    expect(map.peek('a')).toBeUndefined()
  })

  it('does not keep a value that is too large, nor the value that it replaces, but all others', () => {
    const map = new RecentMap<string, string>({ maxSize: 10, sizeOf: (value) => value.length })
    map.set('a', 'short')
    map.set('b', 'also')
    map.set('a', 'far too long for it')
    expect([map.get('a'), map.get('b'), map.size, map.totalSize]).toEqual([undefined, 'also', 1, 4])
  })

  it('works after it was empty and full several times', () => {
    const map = new RecentMap<number, string>({ maxSize: 3, sizeOf: (value) => value.length })
    for (let key = 0; key < 20; key++) map.set(key, key % 2 === 0 ? 'all' : 'two')
    expect([map.size, map.get(19)]).toEqual([1, 'two'])
  })

  it('can be cleared and filled again', () => {
    const map = new RecentMap<number, string>({ maxSize: 3 })
    for (let key = 0; key < 5; key++) map.set(key, 'before')
    map.clear()
    expect([map.size, map.totalSize, map.has(4)]).toEqual([0, 0, false])
    for (let key = 0; key < 5; key++) map.set(key, 'after')
    expect([0, 1, 2, 3, 4].map((key) => map.has(key))).toEqual([false, false, true, true, true])
  })

  it('takes no more memory when its entries are used often and none is removed', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const heapAfter = (uses: number) => {
      for (let use = 0; use < uses; use++) map.get(use % 1000)
      collect()
      return process.memoryUsage().heapUsed
    }
    const map = new RecentMap<number, string>({ maxSize: 1000 })
    for (let key = 0; key < 1100; key++) map.set(key % 1000, 'kept')
    for (let key = 0; key < 10; key++) map.set(1000 + key, 'removes one')
    for (let key = 0; key < 10; key++) map.set(key, 'is back')
    const before = heapAfter(10_000)
    expect(heapAfter(500_000) - before).toBeLessThan(5_000_000)
  })

  it('holds the same as a list in order of use, after any actions', () => {
    const action = fc.record({
      kind: fc.constantFrom('get', 'peek', 'set', 'set', 'set', 'delete'),
      key: fc.integer({ min: 0, max: 12 }),
      size: fc.integer({ min: 1, max: 25 }),
    })
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), fc.integer({ min: 1, max: 60 }), (actions, maxSize) => {
        const map = new RecentMap<number, { size: number }>({ maxSize, sizeOf: (value) => value.size })
        let list: { key: number; value: { size: number } }[] = []
        const total = () => list.reduce((sum, { value }) => sum + value.size, 0)
        for (const { kind, key, size } of actions) {
          const known = list.find((entry) => entry.key === key)
          if (kind === 'peek') {
            expect(map.peek(key)).toBe(known?.value)
            continue
          }
          list = list.filter((entry) => entry !== known)
          if (kind === 'get') {
            expect(map.get(key)).toBe(known?.value)
            if (known) list.push(known)
          } else if (kind === 'delete') map.delete(key)
          else {
            const value = { size }
            map.set(key, value)
            if (size <= maxSize) list.push({ key, value })
            while (total() > maxSize) list.shift()
          }
          expect([map.size, map.totalSize]).toEqual([list.length, total()])
        }
        for (const { key, value } of list) expect(map.peek(key)).toBe(value)
      }),
    )
  })
})
