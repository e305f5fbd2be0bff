import type { Occasion } from '@atoll/identity'
import type { Did } from '@atoll/syntax'
import type { QuestionOptions } from './identity-source.ts'
import type { Remembered, VerifyOptions } from './options.ts'
import { type Discarded, drop, reject } from './verdict.ts'

type Host = NonNullable<VerifyOptions['host']>
type Place = 'here' | 'elsewhere' | 'nowhere'

/** Discards a commit of an account that is not active. */
export function checkActive({ active }: Remembered): Discarded | undefined {
  return active === false ? drop('inactive', 'the account is not active') : undefined
}

/** Discards a message from another host than the account's. Before that, the cached answer is refreshed. */
export async function checkHost(did: Did, { host }: VerifyOptions, occasion: Occasion): Promise<Discarded | undefined> {
  if (!host || (await placeOf(did, host, { refresh: false, occasion })) === 'here') return undefined
  return outcomeAt(await placeOf(did, host, { refresh: true, occasion }), host)
}

/**
 * Like `checkHost`, for a message that announces a change: when it comes from the account's own host, everything cached about the account
 * is refreshed. One from another host causes one question to the account's source, and the cached key stays.
 */
export async function checkAnnouncement(did: Did, options: VerifyOptions): Promise<Discarded | undefined> {
  const { host, signingKeyOf } = options
  const occasion = {}
  const elsewhere = await checkHost(did, options, occasion)
  if (elsewhere) return elsewhere
  const current = { refresh: true, occasion }
  await signingKeyOf(did, current)
  return host && outcomeAt(await placeOf(did, host, current), host)
}

async function placeOf(did: Did, host: Host, options: QuestionOptions): Promise<Place> {
  const pds = await host.pdsOf(did, options)
  if (pds === undefined) return 'nowhere'
  return hostName(pds) === hostName(host.url) ? 'here' : 'elsewhere'
}

function hostName(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}

function outcomeAt(place: Place, host: Host): Discarded | undefined {
  if (place === 'nowhere') return drop('identity', 'the account has no server')
  return place === 'here' ? undefined : reject('host', `the account is not at ${hostName(host.url)}`)
}
