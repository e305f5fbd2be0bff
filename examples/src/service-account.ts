// A service account: a program with an account like a person's. It posts the tide every hour, and
// tells it to everybody whose server vouches for them (service auth).
//   npm run example -- service-account http://localhost:2583 http://localhost:2582
// The arguments are a PDS, and the did:plc directory if it is not the public one.
import { createIdentityResolver, signingKeyOf } from '@atoll/identity'
import { createGuardedFetch, nodeDns } from '@atoll/identity/node'
import { createRecord } from '@atoll/lexicons/com.atproto.repo'
import { createAccount, createSession } from '@atoll/lexicons/com.atproto.server'
import { Housekeeping } from '@atoll/process'
import { type Client, createClient, refreshAt, TokenSession, XrpcError } from '@atoll/xrpc'
import { createRouter, MemorySeenTokens, type Router, route, serviceAuth } from '@atoll/xrpc-server'
import { serveNode } from '@atoll/xrpc-server/node'
import { getTide, tideOf } from './serve-method.ts'

const hour = 60 * 60 * 1000

interface Options {
  readonly pds: string
  readonly plcUrl?: string | undefined
  readonly handle: `${string}.${string}`
  readonly email: string
  readonly password: string
  /** How often it posts. Default: an hour. */
  readonly everyMs?: number
  readonly onError?: (error: unknown) => void
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

interface ServiceAccount {
  readonly did: string
  /** Its own method, for accounts anywhere in the network. */
  readonly router: Router
  /** Posts at once. */
  post(): Promise<void>
  close(): Promise<void>
}

export async function openServiceAccount(options: Options): Promise<ServiceAccount> {
  const { pds, plcUrl, everyMs = hour, onError = console.error, now = Date.now } = options
  const { did, ...tokens } = await signIn(createClient({ service: pds }), options)
  // The session renews itself for as long as the program runs.
  const client = createClient({ service: pds, session: new TokenSession({ tokens, refresh: refreshAt(pds) }) })

  const guardedFetch = createGuardedFetch()
  const identity = createIdentityResolver({
    fetch: guardedFetch,
    lookupTxt: nodeDns(),
    // The user of this program chooses the directory, so it may be in a private network.
    ...(plcUrl ? { plcUrl, plcFetch: (url: string, init?: RequestInit) => globalThis.fetch(url, init) } : {}),
  })
  const anAccount = serviceAuth({
    audience: did,
    seen: new MemorySeenTokens(),
    async signingKeyOf(issuer, { refresh }) {
      const document = await identity.resolveDid(issuer, { refresh })
      return document && signingKeyOf(document)
    },
  })
  const router = createRouter([route(getTide, anAccount, ({ params }) => tideOf(params.reef))])

  const post = async () => {
    const text = `The tide in the north is at ${tideOf('north').metres} m`
    const record = { $type: 'app.bsky.feed.post', text, createdAt: new Date(now()).toISOString() }
    await client.call(createRecord, { input: { repo: did, collection: 'app.bsky.feed.post', record } })
  }
  const chores = new Housekeeping([{ name: 'tide', everyMs, run: post }], onError)
  return {
    did,
    router,
    post,
    async close() {
      await chores.close()
      await guardedFetch.close()
    },
  }
}

/** The account's session; the account is made at the first start. */
async function signIn(client: Client, { handle, email, password }: Options) {
  try {
    return (await client.call(createSession, { input: { identifier: handle, password } })).data
  } catch (error) {
    if (!(error instanceof XrpcError) || error.error !== 'AuthenticationRequired') throw error
    return (await client.call(createAccount, { input: { handle, email, password } })).data
  }
}

if (import.meta.main) {
  const [pds = 'http://localhost:2583', plcUrl] = process.argv.slice(2)
  const account = { handle: 'tide.test', email: 'tide@example.com', password: 'secret of the tide' } as const
  const { did, router, post } = await openServiceAccount({ pds, plcUrl, ...account })
  await post()
  const { url } = await serveNode(router, { port: 8080 })
  console.log(`${did} posts every hour, and answers ${url}/xrpc/${getTide.nsid}?reef=north to service tokens`)
}
