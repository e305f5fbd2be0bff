import type { Router } from '@atoll/xrpc-server'
import { ListenError, type NodeServer, type NodeServerOptions, serveNode } from '@atoll/xrpc-server/node'
import { parseBindAddress } from './settings/hosts.ts'
import { integer, parsed } from './settings/kinds.ts'
import { StartError } from './start-failure.ts'

/** The variables that say where an app listens. */
export interface ListenVariables {
  readonly port: string
  readonly bindAddress: string
}

/** The settings of where an app listens. */
export function listenSettings(variables: ListenVariables, defaultPort: number) {
  return {
    port: integer(variables.port, defaultPort, 'port to listen on', { max: 65_535 }),
    bindAddress: parsed(
      variables.bindAddress,
      'an address',
      undefined,
      'address of this machine to listen on, localhost for its loopback addresses; every interface where unset',
      (given) => parseBindAddress(given, variables.port),
    ),
  } as const
}

/** Where to listen, as `listenSettings` reads it. */
export interface ListenAddress {
  /** 0 takes any free one. */
  readonly port: number
  /** Undefined for every interface. */
  readonly bindAddress: string | undefined
}

/** A router that listens. */
export interface ListeningRouter {
  readonly url: string
  readonly port: number
  /** Stops listening, and lets requests in progress finish within a bound. */
  close(): Promise<void>
}

/**
 * Serves a router on the address that the settings describe.
 *
 * @throws ListenError
 */
export async function serveRouter(
  router: Pick<Router, 'handle' | 'upgrade'>,
  address: ListenAddress,
  options: Omit<NodeServerOptions, 'port'> = {},
): Promise<ListeningRouter> {
  const [first, ...more] = await serveAddress(router, address, options)
  return {
    url: address.bindAddress === 'localhost' ? `http://localhost:${first.port}` : first.url,
    port: first.port,
    async close() {
      await Promise.all([first, ...more].map((server) => server.close()))
    },
  }
}

/** `localhost` is two addresses: clients try either one first, and some try only that one. */
async function serveAddress(
  router: Pick<Router, 'handle' | 'upgrade'>,
  { port, bindAddress }: ListenAddress,
  options: NodeServerOptions,
): Promise<[NodeServer, ...NodeServer[]]> {
  if (bindAddress !== 'localhost') {
    return [await serveNode(router, { port, ...(bindAddress ? { host: bindAddress } : {}), ...options })]
  }
  const first = await serveNode(router, { ...options, port, host: '127.0.0.1' })
  try {
    return [first, await serveNode(router, { ...options, port: first.port, host: '::1' })]
  } catch (error) {
    if (error instanceof ListenError && ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(error.code)) return [first]
    await first.close()
    throw error
  }
}

/** What to change when a port or an address is not available. */
export interface ListenAdvice {
  /** The variable of the port. */
  readonly port: string
  /** The variable of the address, if it can be set. */
  readonly bindAddress?: string
  /** What listens, where it is not the app itself. */
  readonly purpose?: string
}

/**
 * Runs the part of a start that listens. If the port or the address is not available, throws a
 * `StartError` that says what to change.
 */
export async function explainingListen<T>(advice: ListenAdvice, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const refusal = listenRefusal(error)
    throw refusal ? new StartError(listenFailure(refusal, advice), { cause: error }) : error
  }
}

interface ListenRefusal {
  readonly code: string
  readonly port: number
  readonly host: string | undefined
}

/** The router's own error, or that of another server of Node's. */
function listenRefusal(error: unknown): ListenRefusal | undefined {
  if (error instanceof ListenError) return error
  const { syscall, code, port, address } = error as Partial<NodeJS.ErrnoException & { port: number; address: string }>
  if (syscall !== 'listen' || code === undefined || port === undefined) return undefined
  return { code, port, host: address }
}

function listenFailure({ code, host, port }: ListenRefusal, advice: ListenAdvice): string {
  const purpose = advice.purpose ? ` for ${advice.purpose}` : ''
  const another = advice.bindAddress ? `: choose another with ${advice.bindAddress}` : ''
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken: stop what listens there, or choose another port${purpose} with ${advice.port}.`
    case 'EACCES':
      return `Port ${port} may not be used by this user: choose one above 1023${purpose} with ${advice.port}.`
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return `This machine has no address ${host}${another}.`
    default: {
      const variables = advice.bindAddress
        ? `choose others with ${advice.port} and ${advice.bindAddress}`
        : `choose another with ${advice.port}`
      return `Port ${port} of ${host ?? 'this machine'} cannot be listened on (${code}): ${variables}.`
    }
  }
}
