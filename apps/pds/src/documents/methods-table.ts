import { readFileSync } from 'node:fs'
import type { RateLimit, Route } from '@atoll/xrpc-server'
import type { Access } from '../access/access.ts'
import { routes } from '../routes.ts'
import type { Services } from '../services.ts'

/** Who may call, in the words of the table. */
const callers: Readonly<Record<keyof Access, string>> = {
  anyone: 'anyone',
  reader: 'anyone; owner and administrator see more',
  newcomer: 'anyone; with a DID, its holder',
  signedUp: 'account, or sign-up that waits',
  account: 'account',
  fullAccount: 'account, not by app password',
  writer: 'account',
  accountOrServiceToken: 'account, also by service token',
  takendown: 'account, even taken down',
  refresh: 'refresh token',
  expiredRefresh: 'refresh token, even expired',
  service: 'service of the network',
  moderator: 'administrator, moderation service',
  admin: 'administrator',
}

const begin = '<!-- methods: generated from src/routes.ts -->'
const end = '<!-- end of methods -->'

/** The text of a README with the table of methods between its marks renewed. */
export function withMethodsTable(file: string): string {
  const text = readFileSync(file, 'utf8')
  const [before, rest] = text.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`${file} lacks ${begin} or ${end}`)
  return `${before}${begin}\n\n${methodsTable()}\n\n${end}${after}`
}

/** Every method by namespace: who may call it, and what its calls are limited to. */
function methodsTable(): string {
  const names = new Map<unknown, keyof Access>()
  const may = named((name) => {
    const authorize = () => undefined
    names.set(authorize, name as keyof Access)
    return authorize
  }) as Access
  const namespaces = new Map<string, string[]>()
  for (const served of routes(anything() as Services, may)) {
    const { nsid } = served.method
    const dot = nsid.lastIndexOf('.')
    const namespace = nsid.slice(0, dot)
    const name = names.get(served.authorize)
    if (!name) throw new Error(`${nsid} is admitted by none of \`may\``)
    const row = `| ${nsid.slice(dot + 1)} | ${callers[name]} | ${limitsOf(served)} |`
    namespaces.set(namespace, [...(namespaces.get(namespace) ?? []), row])
  }
  return [...namespaces]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, rows]) =>
      [`| \`${namespace}\` | who may call | limits |`, '|---|---|---|', ...rows.sort()].join('\n'),
    )
    .join('\n\n')
}

function limitsOf(served: Route): string {
  if (served.kind !== 'method') return ''
  const { points, limits = [] } = served.options
  const cost =
    points === undefined ? [] : [typeof points === 'number' ? counted(points, 'point') : 'points by operation']
  return [...cost, ...limits.map(limitText)].join('; ')
}

function limitText({ points, durationMs }: Pick<RateLimit, 'points' | 'durationMs'>): string {
  const minutes = durationMs / 60_000
  const time =
    minutes % 1440 === 0
      ? counted(minutes / 1440, 'day')
      : minutes % 60 === 0
        ? counted(minutes / 60, 'hour')
        : counted(minutes, 'minute')
  return `${points} in ${time}`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/** An object whose every property is made, once, from its name. */
function named(make: (name: string) => unknown): unknown {
  const made = new Map<string, unknown>()
  return new Proxy(
    {},
    {
      get(_, name) {
        const key = String(name)
        if (!made.has(key)) made.set(key, make(key))
        return made.get(key)
      },
    },
  )
}

/** Stands for the services, which no method uses before it is called. */
function anything(): unknown {
  return named(() => anything())
}
