import type { Config } from '../config/config.ts'
import type { Captcha } from './captcha.ts'
import { VerificationCodes } from './verification-codes.ts'

/** What asks newcomers to prove that they are people. */
export interface HumanCheck {
  readonly captcha: Captcha
  readonly codes: VerificationCodes
  readonly siteKey: string
  /** Where browsers may take the code of a verification to: the first if they do not say. */
  readonly redirects: readonly string[]
}

/** Undefined where the operator has not set a captcha up. */
export function openHumanCheck(config: Config['captcha'], captcha: Captcha | undefined): HumanCheck | undefined {
  const { siteKey, tokenSalt, redirects } = config
  if (siteKey === undefined || tokenSalt === undefined || !captcha) return undefined
  return { captcha, codes: new VerificationCodes({ salt: tokenSalt }), siteKey, redirects }
}
