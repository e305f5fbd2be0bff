/** The router as middleware of Koa. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type NodeListenerOptions, nodeListener } from './node-listener.ts'
import { type NodeUpgrade, type NodeUpgradeOptions, nodeUpgrade } from './node-upgrade.ts'
import type { Router } from './router.ts'

export interface KoaOptions extends NodeListenerOptions {
  /**
   * Which paths the router serves; others go to the next middleware. Default: those under /xrpc/.
   */
  serves?(path: string): boolean
}

/** What is used of a context of Koa, whose own types nobody needs to install for this. */
export interface KoaContext {
  readonly path: string
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Whether Koa answers once all middleware is done. */
  respond?: boolean
}

/** Middleware as `use` of Koa takes it. */
export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<void>

/**
 * Answers requests for the router's paths. It must come before whatever reads request bodies.
 *
 * @example
 * const app = new Koa().use(koaMiddleware(router))
 * const server = app.listen(3000)
 * koaUpgrade(server, router)
 */
export function koaMiddleware(router: Pick<Router, 'handle'>, options: KoaOptions = {}): KoaMiddleware {
  const { serves = (path) => path.startsWith('/xrpc/') } = options
  const listener = nodeListener(router, options)
  return async (context, next) => {
    if (!serves(context.path)) {
      await next()
      return
    }
    // Streams, limits and responses that break off are the router's to handle, down to the socket.
    context.respond = false
    await listener(context.req, context.res)
  }
}

/** Opens the router's subscriptions on the server that `app.listen` returned. */
export function koaUpgrade(server: Server, router: Pick<Router, 'upgrade'>, options?: NodeUpgradeOptions): NodeUpgrade {
  const upgrade = nodeUpgrade(router, options)
  server.on('upgrade', upgrade.listener)
  return upgrade
}
