import { flag } from '@atoll/process'

export const invites = {
  required: flag('PDS_INVITE_REQUIRED', true, 'whether a new account needs an invite code'),
} as const
