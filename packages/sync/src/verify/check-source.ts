import type { Occasion } from '@atoll/identity'
import type { Did } from '@atoll/syntax'
import type { QuestionOptions } from './identity-source.ts'
import type { Remembered, VerifyOptions } from './options.ts'
import { type Discarded, drop, reject } from './verdict.ts'

type Host = NonNullable<VerifyOptions['host']>
/** Whether the account's server is the one that the stream comes from. */
type HostMatch = 'same' | 'other' | 'none'

/** Discards a commit of an account that is not active. */
export function checkActive({ active }: Remembered): Discarded | undefined {
  return active === false ? drop('inactive', 'the account is not active') : undefined
}

/**
 * Discards a message from another host than the account's. Before that, the cached document is
 * refreshed.
 */
export async function checkHost(did: Did, { host }: VerifyOptions, occasion: Occasion): Promise<Discarded | undefined> {
  if (!host || (await matchHost(did, host, { refresh: false, occasion })) === 'same') return undefined
  return checkMatch(await matchHost(did, host, { refresh: true, occasion }), host)
}

/**
 * Like `checkHost`, for a message that announces a change: when it comes from the account's own
 * host, everything cached about the account is refreshed. One from another host causes one question
 * to the account's source, and the cached key stays.
 */
export async function checkAnnouncement(did: Did, options: VerifyOptions): Promise<Discarded | undefined> {
  const { host, signingKeyOf } = options
  const occasion = {}
  const elsewhere = await checkHost(did, options, occasion)
  if (elsewhere) return elsewhere
  const question = { refresh: true, occasion }
  await signingKeyOf(did, question)
  return host && checkMatch(await matchHost(did, host, question), host)
}

async function matchHost(did: Did, host: Host, options: QuestionOptions): Promise<HostMatch> {
  const pds = await host.pdsOf(did, options)
  if (pds === undefined) return 'none'
  return hostName(pds) === hostName(host.url) ? 'same' : 'other'
}

function hostName(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}

function checkMatch(match: HostMatch, host: Host): Discarded | undefined {
  if (match === 'none') return drop('identity', 'the account has no server')
  return match === 'same' ? undefined : reject('host', `the account is not at ${hostName(host.url)}`)
}
