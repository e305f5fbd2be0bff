import { flag, list, parsed } from '@atoll/process'
import { isAddressRange } from '@atoll/xrpc-server'

const addresses = 'IP addresses and blocks such as 203.0.113.0/24'

export const proxies = {
  trusted: list(
    'PDS_TRUSTED_PROXIES',
    addresses,
    'proxies whose X-Forwarded-For is believed, as IP addresses and CIDR blocks; private addresses always are',
    isAddressRange,
  ),
} as const

export const rateLimits = {
  enabled: flag('PDS_RATE_LIMITS_ENABLED', false, 'whether requests are counted and limited'),
  bypassKey: parsed(
    'PDS_RATE_LIMIT_BYPASS_KEY',
    'the value of a header',
    undefined,
    'value of x-ratelimit-bypass that lifts the limits',
    parseHeaderValue,
    { secret: true },
  ),
  bypassIps: list(
    'PDS_RATE_LIMIT_BYPASS_IPS',
    addresses,
    'client addresses and CIDR blocks without limits; their X-Forwarded-For is believed, and limits stay for clients behind them',
    isAddressRange,
  ),
} as const

/** Clients send it in a header, where other characters may arrive changed. */
function parseHeaderValue(given: string): string {
  if (!/^[\x21-\x7e]+$/.test(given)) throw new Error('it contains characters other than visible ASCII')
  return given
}
