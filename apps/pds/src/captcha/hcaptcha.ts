import type { Fetch } from '@atoll/identity'
import type { Captcha } from './captcha.ts'

interface HCaptchaOptions {
  readonly siteKey: string
  readonly secretKey: string
  readonly fetch: Fetch
  /** Where solutions are verified. Default: hCaptcha's own address. */
  readonly url?: string
}

/** hCaptcha's service. https://docs.hcaptcha.com/#verify-the-user-response-server-side */
export class HCaptcha implements Captcha {
  readonly #options: HCaptchaOptions

  constructor(options: HCaptchaOptions) {
    this.#options = options
  }

  async isSolved(token: string, { ip, signal }: { ip: string; signal: AbortSignal }): Promise<boolean> {
    const { siteKey, secretKey, fetch, url = 'https://api.hcaptcha.com/siteverify' } = this.#options
    const form = new URLSearchParams({ secret: secretKey, response: token, remoteip: ip, sitekey: siteKey })
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      signal,
    })
    if (response.status !== 200) throw new Error(`hCaptcha responded with the status ${response.status}`)
    const verdict: unknown = await response.json()
    return typeof verdict === 'object' && verdict !== null && 'success' in verdict && verdict.success === true
  }
}
