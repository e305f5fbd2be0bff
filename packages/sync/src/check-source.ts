import type { Did } from '@atoll/syntax'
import { drop, type Refused, type Remembered, reject, type Verifying } from './verdict.ts'

type Host = NonNullable<Verifying['host']>
type Place = 'here' | 'elsewhere' | 'nowhere'

/** Refuses content of an account that is not active. */
export function checkActive({ active }: Remembered): Refused | undefined {
  return active === false ? drop('inactive', 'the account is not active') : undefined
}

/** Refuses a message from another host than the account's. Before that, the cached answer is asked for anew. */
export async function checkHost(did: Did, { host }: Verifying): Promise<Refused | undefined> {
  if (!host || (await placeOf(did, host, false)) === 'here') return undefined
  return refusal(await placeOf(did, host, true), host)
}

/**
 * As `checkHost`, for a message that tells of a change: what is cached about the account does not count any more, once its own host says
 * so. A host that speaks for the account of another costs that account's source one question, and the cached key stays.
 */
export async function checkHostAnew(did: Did, verifying: Verifying): Promise<Refused | undefined> {
  const { host, signingKeyOf } = verifying
  if (host && (await placeOf(did, host, false)) !== 'here') {
    const refused = refusal(await placeOf(did, host, true), host)
    if (refused) return refused
  }
  await signingKeyOf(did, { refresh: true })
  return host && refusal(await placeOf(did, host, true), host)
}

async function placeOf(did: Did, host: Host, refresh: boolean): Promise<Place> {
  const pds = await host.pdsOf(did, { refresh })
  if (pds === undefined) return 'nowhere'
  return hostName(pds) === hostName(host.url) ? 'here' : 'elsewhere'
}

function hostName(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}

function refusal(place: Place, host: Host): Refused | undefined {
  if (place === 'nowhere') return drop('identity', 'the account has no server')
  return place === 'here' ? undefined : reject('host', `the account is not at ${hostName(host.url)}`)
}
