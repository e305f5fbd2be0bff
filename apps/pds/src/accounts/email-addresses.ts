import { domainToASCII } from 'node:url'
import { disposableEmailBlocklistSet } from 'disposable-email-domains-js'
import { Refused } from '../refused.ts'

const maxLength = 254
// Before the sign at most 64 characters, with single dots between others. Control characters, and
// those that change how text around them is shown, have no place in an address.
const form =
  /^(?=.{1,64}@)[^\s\p{Cc}\p{Cf}\p{Cs}@"(),:;<>[\]\\.]+(?:\.[^\s\p{Cc}\p{Cf}\p{Cs}@"(),:;<>[\]\\.]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/u

/** Read at the first sign-up: it is long. */
let disposable: ReadonlySet<string> | undefined

/**
 * The address as it is stored and compared. Refuses what no mail can reach, and addresses made to
 * be thrown away.
 */
export function normalizeEmail(text: string | undefined): string {
  if (text === undefined || text.trim() === '') throw new Refused('InvalidRequest', 'Email is required')
  const address = canonicalEmail(text)
  if (address.length > maxLength || !form.test(address) || isDisposable(address.slice(address.lastIndexOf('@') + 1))) {
    throw new Refused('InvalidRequest', 'This email address is not supported, please use a different email.')
  }
  return address
}

/** The one spelling of an address: in lower case, with the domain as the DNS has it (A-labels). */
export function canonicalEmail(text: string): string {
  const address = text.trim().toLowerCase()
  const at = address.lastIndexOf('@')
  return address.slice(0, at + 1) + canonicalDomain(address.slice(at + 1))
}

/** Returns text that is not a domain unchanged. */
function canonicalDomain(domain: string): string {
  // Other ASCII characters have a meaning in URLs, and a domain without any character beyond ASCII
  // needs no conversion.
  if (!/^[a-z0-9.\u0080-\u{10ffff}-]+$/u.test(domain) || !/[^a-z0-9.-]|xn--/.test(domain)) return domain
  return domainToASCII(domain) || domain
}

/** Whether the domain, or a parent domain, belongs to a provider of disposable addresses. */
function isDisposable(domain: string): boolean {
  disposable ??= disposableEmailBlocklistSet()
  const labels = domain.split('.')
  return labels.some((_, index) => disposable?.has(labels.slice(index).join('.')))
}
