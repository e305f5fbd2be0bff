import { flag, integer } from '@atoll/process'

export const invites = {
  required: flag(
    'PDS_INVITE_REQUIRED',
    undefined,
    'whether a new account needs an invite code: true where neither this nor PDS_SIGNUP_MODE is set',
  ),
  intervalMs: integer(
    'PDS_INVITE_INTERVAL',
    undefined,
    'time in which an account earns an invite code to give away, in ms; where unset, accounts earn none',
    { min: 1 },
  ),
  epoch: integer('PDS_INVITE_EPOCH', 0, 'time from which on accounts earn invite codes, in ms since 1970'),
} as const
