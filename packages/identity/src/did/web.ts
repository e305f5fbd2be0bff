import { type Did, isDisallowedTld, isHandle } from '@atoll/syntax'
import { UnsupportedDidError } from '../errors.ts'

/**
 * Where a did:web publishes its document. The network allows host names only: no paths, and ports
 * for `localhost` alone, in development.
 *
 * @throws UnsupportedDidError
 */
export function didWebUrl(did: Did, { allowLocalhost = false }: { allowLocalhost?: boolean } = {}): string {
  const name = did.slice('did:web:'.length)
  if (!did.startsWith('did:web:')) throw new UnsupportedDidError(did, 'not a did:web')
  if (name.includes(':')) throw new UnsupportedDidError(did, 'a did:web with a path')
  const local = /^localhost(?:%3A([1-9]\d{0,4}))?$/.exec(name)
  if (local && allowLocalhost) return `http://localhost${portOf(did, local[1])}/.well-known/did.json`
  if (name !== name.toLowerCase()) throw new UnsupportedDidError(did, 'a host name in upper case')
  if (!isHandle(name) || isDisallowedTld(name)) throw new UnsupportedDidError(did, 'not a public host name')
  return `https://${name}/.well-known/did.json`
}

function portOf(did: Did, port: string | undefined): string {
  if (port === undefined) return ''
  if (Number(port) > 65_535) throw new UnsupportedDidError(did, 'not a port')
  return `:${port}`
}
