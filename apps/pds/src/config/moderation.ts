import { parsed, url } from '@atoll/process'
import { parseServiceDid } from './service.ts'

export const moderation = {
  url: url('PDS_MOD_SERVICE_URL', undefined, 'moderation service that the operator trusts'),
  did: parsed(
    'PDS_MOD_SERVICE_DID',
    'a DID',
    undefined,
    'its DID: with tokens signed by its key it may call what moderators may',
    parseServiceDid,
  ),
} as const
