import type { Did } from '@atoll/syntax'
import { drop, type QuestionOptions, type Refused, type Remembered, reject, type Verifying } from './verdict.ts'

type Host = NonNullable<Verifying['host']>
type Place = 'here' | 'elsewhere' | 'nowhere'

/** Refuses content of an account that is not active. */
export function checkActive({ active }: Remembered): Refused | undefined {
  return active === false ? drop('inactive', 'the account is not active') : undefined
}

/** Refuses a message from another host than the account's. Before that, the cached answer is refreshed. */
export async function checkHost(did: Did, { host }: Verifying, occasion: object): Promise<Refused | undefined> {
  if (!host || (await placeOf(did, host, { refresh: false, occasion })) === 'here') return undefined
  return refusal(await placeOf(did, host, { refresh: true, occasion }), host)
}

/**
 * Like `checkHost`, for a message that announces a change: when it comes from the account's own host, everything cached about the account
 * is refreshed. One from another host causes one question to the account's source, and the cached key stays.
 */
export async function checkHostAnew(did: Did, verifying: Verifying): Promise<Refused | undefined> {
  const { host, signingKeyOf } = verifying
  const occasion = {}
  const refused = await checkHost(did, verifying, occasion)
  if (refused) return refused
  const anew = { refresh: true, occasion }
  await signingKeyOf(did, anew)
  return host && refusal(await placeOf(did, host, anew), host)
}

async function placeOf(did: Did, host: Host, options: QuestionOptions): Promise<Place> {
  const pds = await host.pdsOf(did, options)
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
