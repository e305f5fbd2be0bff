import { subscribeRepos } from '@atoll/lexicons/com.atproto.sync'
import { serviceUrl } from '@atoll/xrpc'

/**
 * The URL of a service's firehose, from the cursor given.
 * @throws InvalidServiceError for what is not the address of a server, by HTTP or WebSocket
 */
export function firehoseUrl(service: string | URL, cursor: number | undefined): string {
  const { protocol, host } = serviceUrl(String(service).replace(/^ws/i, 'http'))
  const query = cursor === undefined ? '' : `?cursor=${cursor}`
  return `${protocol.replace('http', 'ws')}//${host}/xrpc/${subscribeRepos.nsid}${query}`
}
