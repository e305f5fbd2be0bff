// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { RecentMap } from '@atoll/recent-map'

export function scenario() {
  const map = new RecentMap<string, string>({ maxSize: 13, sizeOf: (value, key) => key.length + value.length })
  map.set('a', 'first')
  map.set('b', 'second')
  map.get('a')
  map.set('c', 'third')
  return { kept: ['a', 'b', 'c'].filter((key) => map.has(key)), size: map.size, totalSize: map.totalSize }
}

export const expected = { kept: ['a', 'c'], size: 2, totalSize: 12 }
