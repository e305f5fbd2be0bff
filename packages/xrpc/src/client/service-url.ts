import { InvalidServiceError } from '../errors.ts'

/**
 * The address of a server.
 * @throws InvalidServiceError for what is not one, such as a name without a scheme
 */
export function serviceUrl(service: string | URL): URL {
  const url = URL.canParse(service) ? new URL(service) : undefined
  if (url && isServer(url)) return url
  throw new InvalidServiceError(String(service), adviceOn(String(service), url))
}

function isServer({ protocol, username, password }: URL): boolean {
  return /^https?:$/.test(protocol) && username === '' && password === ''
}

function adviceOn(text: string, url: URL | undefined): string {
  if (url?.username || url?.password) return 'credentials go into headers or a session'
  if (/^did:/.test(text)) return 'a DID has to be resolved first: its document names the server'
  if (/^at:/.test(text)) return 'an AT-URI names a record, not a server'
  if (url && /^wss?:$/.test(url.protocol)) return `write '${url.href.replace('ws', 'http')}'`
  // `pds.example:443` and `localhost:2583` parse as addresses with an odd scheme.
  const isBare = /^[\w.[\]:-]+\/?$/.test(text) && URL.canParse(`https://${text}`)
  if (!isBare) return "write it as in 'https://pds.example'"
  const isLocal = /^(?:localhost|127\.|\[::1\])/.test(text)
  return `write '${isLocal ? 'http' : 'https'}://${text}'`
}
