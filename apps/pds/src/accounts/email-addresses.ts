import { Refused } from '../refused.ts'

const maxLength = 254
const form = /^[^\s@"(),:;<>[\]\\]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/

/** The address as it is stored and compared: in lower case. Refuses what no mail can reach. */
export function normalizeEmail(text: string | undefined): string {
  if (text === undefined || text === '') throw new Refused('InvalidRequest', 'Email is required')
  const address = text.trim().toLowerCase()
  if (address.length > maxLength || !form.test(address))
    throw new Refused('InvalidRequest', 'This email address is not supported, please use a different email.')
  return address
}
