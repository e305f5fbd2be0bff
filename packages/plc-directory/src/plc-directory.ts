import { type AnyOperation, dataOf, formatDidDocument, type PlcData, PlcError } from '@atoll/identity/plc'
import { type Did, isDid } from '@atoll/syntax'
import { Arrivals } from './arrivals.ts'
import { exportLines } from './export.ts'
import { exportStream, parseCursor } from './export-stream.ts'
import { MemoryPlcStore } from './memory-plc-store.ts'
import { PlcLog } from './plc-log.ts'
import type { PlcStore, SequencedEntry } from './plc-store.ts'
import { Refusal } from './refusal.ts'
import { readJson } from './request-body.ts'

export interface PlcDirectoryOptions {
  /** Default: in memory. */
  store?: PlcStore
  /** Milliseconds since the epoch. Default: `Date.now`. */
  now?: () => number
  /** Called with the faults that a client only sees as a 500. Default: `console.error`. */
  onError?: (error: unknown) => void
}

export interface PlcDirectory {
  fetch(request: Request): Promise<Response>
  /**
   * What `/export/stream` sends, for a host that speaks WebSocket: a text for each operation after
   * the query's `cursor` (without one, from now on), until the signal is aborted.
   *
   * @throws Refusal at once for a malformed query
   */
  stream(query: URLSearchParams, signal: AbortSignal): AsyncIterable<string>
}

/**
 * A did:plc directory with the paths and responses of the public one, as a function from request to
 * response. See https://web.plc.directory/spec/v0.1/did-plc
 */
export function createPlcDirectory(options: PlcDirectoryOptions = {}): PlcDirectory {
  const { store = new MemoryPlcStore(), now = Date.now, onError = console.error } = options
  const arrivals = new Arrivals()
  const log = new PlcLog(store, arrivals, now)
  return {
    async fetch(request) {
      try {
        return withoutBody(request, await respond(request, store, log))
      } catch (error) {
        const refusal = refusalOf(error)
        if (refusal.status >= 500) onError(error)
        return json({ message: refusal.message }, refusal.status)
      }
    },
    stream: (query, signal) => exportStream(store, arrivals, parseCursor(query), signal),
  }
}

async function respond(request: Request, store: PlcStore, log: PlcLog): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  if (request.method === 'OPTIONS') {
    return text('', { 'access-control-allow-methods': 'GET,HEAD,POST', 'access-control-allow-headers': '*' })
  }
  if (request.method === 'POST') return submit(pathname, request, log)
  if (!['GET', 'HEAD'].includes(request.method)) throw new Refusal(405, 'Method Not Allowed')
  if (pathname === '/') return text('A did:plc directory. See https://web.plc.directory for the method.\n')
  if (pathname === '/_health') return json({ version: '0.0.0' })
  if (pathname === '/export') {
    return text(await exportLines(store, searchParams), { 'content-type': 'application/jsonlines' })
  }
  if (pathname === '/export/stream') throw new Refusal(426, 'Upgrade Required')
  return showDid(pathname, store)
}

async function submit(pathname: string, request: Request, log: PlcLog): Promise<Response> {
  const { did, view } = splitPath(pathname)
  if (view !== '' || !isDid(did)) throw new Refusal(404, 'Not Found')
  await log.submit(did, await readJson(request))
  return text('OK')
}

type View = (did: Did, entries: [SequencedEntry, ...SequencedEntry[]]) => Response

const views: Record<string, View> = {
  '': (did, entries) =>
    json(formatDidDocument(requireData(did, entries)), 200, 'application/did+ld+json; charset=utf-8'),
  data: (did, entries) => json(requireData(did, entries)),
  log: (_, entries) => json(entries.filter((entry) => !entry.nullified).map((entry) => entry.operation)),
  'log/audit': (_, entries) => json(entries.map(({ seq: _seq, ...entry }) => entry)),
  'log/last': (_, entries) => json(lastOf(entries)),
}

async function showDid(pathname: string, store: PlcStore): Promise<Response> {
  const { did, view } = splitPath(pathname)
  const show = Object.hasOwn(views, view) ? views[view] : undefined
  if (!show) throw new Refusal(404, 'Not Found')
  const [genesis, ...rest] = isDid(did) ? await store.entries(did) : []
  if (!genesis) throw new Refusal(404, `DID not registered: ${did}`)
  return show(genesis.did, [genesis, ...rest])
}

function splitPath(pathname: string): { did: string; view: string } {
  const [did = '', ...view] = pathname.slice(1).split('/')
  try {
    return { did: decodeURIComponent(did), view: view.join('/') }
  } catch {
    throw new Refusal(400, 'Malformed path')
  }
}

function lastOf(entries: SequencedEntry[]): AnyOperation {
  const last = entries.findLast((entry) => !entry.nullified)
  if (!last) throw new Error('a log without an operation in force')
  return last.operation
}

function requireData(did: Did, entries: SequencedEntry[]): PlcData {
  const data = dataOf(did, lastOf(entries))
  if (!data) throw new Refusal(410, `DID not available: ${did}`)
  return data
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof PlcError) return new Refusal(400, error.message)
  return new Refusal(500, 'Internal Server Error')
}

function json(body: unknown, status = 200, type = 'application/json; charset=utf-8'): Response {
  return new Response(JSON.stringify(body), { status, headers: { ...open, 'content-type': type } })
}

function text(body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, { headers: { ...open, 'content-type': 'text/plain; charset=utf-8', ...headers } })
}

const open = { 'access-control-allow-origin': '*' }

function withoutBody(request: Request, response: Response): Response {
  return request.method === 'HEAD' ? new Response(null, response) : response
}
