import type { Config } from './config/config.ts'

/**
 * The names of this server, in lower case: its host name, and the host of its DID, which may be
 * another.
 */
export function ownHosts({ hostname, did }: Pick<Config['service'], 'hostname' | 'did'>): ReadonlySet<string> {
  const ofDid = did.startsWith('did:web:') ? [did.slice('did:web:'.length).replace(/%3A\d+$/i, '')] : []
  return new Set([hostname, ...ofDid].map((host) => host.toLowerCase()))
}
