import { parsedList, text } from '@atoll/process'

export const captcha = {
  siteKey: text(
    'PDS_HCAPTCHA_SITE_KEY',
    undefined,
    'site key of hCaptcha, which newcomers without an invite code then have to pass; set all three or none',
  ),
  secretKey: text('PDS_HCAPTCHA_SECRET_KEY', undefined, 'secret key of hCaptcha', { secret: true }),
  tokenSalt: text(
    'PDS_HCAPTCHA_TOKEN_SALT',
    undefined,
    'secret of this server that seals what hCaptcha has verified, 16 characters or more',
    { secret: true },
  ),
  redirects: parsedList(
    'PDS_SIGNUP_GATE_REDIRECTS',
    'web addresses',
    'where apps may have browsers taken after hCaptcha; the first if an app does not say; "https://bsky.app" where unset',
    parseRedirect,
  ),
} as const

/** Addresses of apps differ in their path only by a slash at the end. */
function parseRedirect(given: string): string {
  const url = URL.parse(given)
  if (url?.protocol !== 'https:' || url.username || url.password || url.search || url.hash) {
    throw new Error(`'${given}' is not an https URL without a query`)
  }
  return url.href.replace(/\/$/, '')
}
