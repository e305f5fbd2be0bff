import { subscribeRepos } from '@atoll/lexicons/com.atproto.sync'

const schemes = new Map([
  ['https:', 'wss:'],
  ['http:', 'ws:'],
  ['wss:', 'wss:'],
  ['ws:', 'ws:'],
])

/**
 * The URL of a service's firehose, from the cursor given.
 * @throws TypeError for an invalid URL or another scheme
 */
export function firehoseUrl(service: string | URL, cursor: number | undefined): string {
  const url = new URL(service)
  const scheme = schemes.get(url.protocol)
  if (!scheme) throw new TypeError(`not the URL of a service: ${url.protocol}`)
  const query = cursor === undefined ? '' : `?cursor=${cursor}`
  return `${scheme}//${url.host}/xrpc/${subscribeRepos.nsid}${query}`
}
