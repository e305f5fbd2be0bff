import type { Nsid } from '@atoll/syntax'
import type { Route } from '@atoll/xrpc-server'

/**
 * The routes that are served and an operator's own ones. An own route takes the place of a served
 * one only if `replaces` names its method.
 *
 * @throws Error that names the method if a route would replace another by mistake, or none
 */
export function withOwnRoutes(
  served: readonly Route[],
  own: readonly Route[],
  replaces: readonly Nsid[] = [],
): readonly Route[] {
  const servedNsids = nsidsOf(served)
  const ownNsids = nsidsOf(own)
  for (const nsid of replaces) {
    if (!servedNsids.has(nsid)) throw new Error(`\`replaces\` names ${nsid}, which this server does not serve itself`)
    if (!ownNsids.has(nsid)) throw new Error(`\`replaces\` names ${nsid}, but \`routes\` has no route of ${nsid}`)
  }
  const replaced = new Set<string>(replaces)
  for (const nsid of ownNsids) {
    if (!servedNsids.has(nsid) || replaced.has(nsid)) continue
    throw new Error(`${nsid} is served already: to serve it with the own route instead, list ${nsid} in \`replaces\``)
  }
  return [...served.filter(({ method }) => !replaced.has(method.nsid)), ...own]
}

function nsidsOf(routes: readonly Route[]): ReadonlySet<string> {
  return new Set(routes.map(({ method }) => method.nsid))
}
