import { disposableEmailBlocklistSet } from 'disposable-email-domains-js'
import { Refused } from '../refused.ts'

const maxLength = 254
// Before the sign at most 64 characters, with single dots between others.
const form =
  /^(?=.{1,64}@)[^\s@"(),:;<>[\]\\.]+(?:\.[^\s@"(),:;<>[\]\\.]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/

/** Read at the first sign-up: it is long. */
let disposable: ReadonlySet<string> | undefined

/** The address as it is stored and compared: in lower case. Refuses what no mail can reach, and addresses made to be thrown away. */
export function normalizeEmail(text: string | undefined): string {
  if (text === undefined || text === '') throw new Refused('InvalidRequest', 'Email is required')
  const address = text.trim().toLowerCase()
  if (address.length > maxLength || !form.test(address) || isDisposable(address.slice(address.lastIndexOf('@') + 1)))
    throw new Refused('InvalidRequest', 'This email address is not supported, please use a different email.')
  return address
}

/** Whether the domain, or one that it lies under, gives addresses away for the moment. */
function isDisposable(domain: string): boolean {
  disposable ??= disposableEmailBlocklistSet()
  const labels = domain.split('.')
  return labels.some((_, index) => disposable?.has(labels.slice(index).join('.')))
}
