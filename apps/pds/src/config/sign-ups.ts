import { integer, parsed } from '@atoll/process'

const signUpModes = ['open', 'invite', 'approval', 'closed'] as const

/**
 * Who may join: anyone; whoever has an invite code; whoever the operator approves; nobody, except
 * with a code of the operator.
 */
export type SignUpMode = (typeof signUpModes)[number]

const day = 24 * 60 * 60 * 1000
const none = 'outside development mode'

export const signUps = {
  mode: parsed(
    'PDS_SIGNUP_MODE',
    'a mode',
    undefined,
    'who may join: "open", "invite" (with a code), "approval" (whoever the operator approves) or "closed"; where unset PDS_INVITE_REQUIRED decides between "invite" and "open"',
    parseMode,
  ),
  maxAccounts: integer(
    'PDS_MAX_ACCOUNTS',
    undefined,
    `how many accounts there may be, waiting sign-ups included, 0 for any number; where unset 90 ${none}, since relays limit a new server to 100`,
  ),
  perHour: integer(
    'PDS_SIGNUPS_PER_HOUR',
    undefined,
    `how many may sign up in an hour without an invite code, 0 for any number; where unset 100 ${none}`,
  ),
  perNetworkPerHour: integer(
    'PDS_SIGNUPS_PER_ADDRESS_PER_HOUR',
    undefined,
    `how many may sign up in an hour from one IPv4 address or IPv6 /64 without an invite code, 0 for any number; where unset 10 ${none}`,
  ),
  maxWaiting: integer('PDS_SIGNUP_QUEUE_SIZE', 1000, 'how many sign-ups may wait for approval at a time', {
    min: 1,
    max: 100_000,
  }),
  waitingMs: integer(
    'PDS_SIGNUP_QUEUE_MS',
    30 * day,
    'how long a sign-up waits for approval before its handle and address are free again, in ms',
    { min: 60_000, max: 3650 * day },
  ),
} as const

/** Whether clients should ask for an invite code. */
export function asksForCodes(mode: SignUpMode): boolean {
  return mode === 'invite' || mode === 'closed'
}

function parseMode(given: string): SignUpMode {
  const mode = signUpModes.find((each) => each === given.toLowerCase())
  if (!mode) throw new Error(`'${given}' is not one of ${signUpModes.join(', ')}`)
  return mode
}
