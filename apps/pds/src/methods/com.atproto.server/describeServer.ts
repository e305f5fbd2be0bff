import type { describeServer as method } from '@atoll/lexicons/com.atproto.server'
import type { Handler } from '@atoll/xrpc-server'
import type { Config } from '../../config/config.ts'
import { asksForCodes } from '../../config/sign-ups.ts'

interface Deps {
  config: Pick<Config, 'service' | 'identity' | 'signUps' | 'captcha' | 'blobs'>
}

export function describeServer({ config }: Deps): Handler<typeof method> {
  const { service, identity, signUps, captcha, blobs } = config
  return () => ({
    did: service.did,
    availableUserDomains: [...identity.handleDomains],
    inviteCodeRequired: asksForCodes(signUps.mode),
    // Apps show the page of the captcha where this is true, and know no other field for it.
    phoneVerificationRequired: captcha.siteKey !== undefined && !asksForCodes(signUps.mode),
    blobUploadLimit: blobs.uploadLimit,
    links: { privacyPolicy: service.privacyPolicyUrl, termsOfService: service.termsOfServiceUrl },
    contact: { email: service.contactEmailAddress },
  })
}
