import { flag, integer } from '@atoll/process'

export const imports = {
  accepted: flag('PDS_ACCEPTING_REPO_IMPORTS', true, 'whether accounts may bring their repositories with them'),
  maxBytes: integer('PDS_MAX_REPO_IMPORT_SIZE', undefined, 'largest repository that may be imported, in bytes', {
    min: 1,
  }),
} as const
