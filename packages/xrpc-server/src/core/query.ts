import type { Method } from '@atoll/lexicon'

/**
 * The query string as parameters, with arrays as the specification spells them: `cids=…&cids=…`.
 */
export function readQuery(method: Method, query: string): URLSearchParams {
  const search = new URLSearchParams(query)
  return /\[|%5b/i.test(query) ? withoutBrackets(search, arrayParameters(method)) : search
}

const bracketed = /^([^[]*)\[\d*\]$/

/**
 * Some clients spell arrays `cids[]=…` or `cids[0]=…`. The values keep the order of the query; the
 * index is ignored.
 */
function withoutBrackets(search: URLSearchParams, arrays: ReadonlySet<string>): URLSearchParams {
  const plain = new URLSearchParams()
  for (const [name, value] of search) {
    const base = bracketed.exec(name)?.[1]
    plain.append(base !== undefined && arrays.has(base) ? base : name, value)
  }
  return plain
}

function arrayParameters({ definition }: Method): Set<string> {
  const { properties } = definition.parameters ?? {}
  return new Set(Object.entries(properties ?? {}).flatMap(([name, { type }]) => (type === 'array' ? [name] : [])))
}
