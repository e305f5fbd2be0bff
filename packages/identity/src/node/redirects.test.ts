import { describe, expect, it } from 'vitest'
import { hostileHosts } from '../../test/hostile-forms.ts'
import { RefusedRequestError } from '../errors.ts'
import { requirePublicUrl } from './guarded-agent.ts'
import { sendFollowing } from './redirects.ts'

/** A web of redirects, and what was sent into it. */
function web(targets: Record<string, string>, status = 302) {
  const sent: string[] = []
  const send = async (url: URL) => {
    sent.push(url.href)
    const location = targets[url.href]
    return location === undefined ? new Response('page') : new Response(null, { status, headers: { location } })
  }
  return { sent, rules: { send, check: (url: URL) => requirePublicUrl(url), maxRedirects: 3 } }
}

const start = 'https://start.test/'
const follow: RequestInit = { redirect: 'follow' }

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'with status %s is followed when asked for, and the last URL is told',
    async (status) => {
      const { sent, rules } = web({ [start]: '/a', 'https://start.test/a': 'https://other.test/b' }, status)
      const { response, url } = await sendFollowing(new URL(start), follow, rules)
      expect([await response.text(), url.href]).toEqual(['page', 'https://other.test/b'])
      expect(sent).toHaveLength(3)
    },
  )

  it('is refused when not asked for', async () => {
    for (const init of [{}, { redirect: 'error' }] as RequestInit[]) {
      const { sent, rules } = web({ [start]: '/a' })
      await expect(sendFollowing(new URL(start), init, rules)).rejects.toThrow(RefusedRequestError)
      expect(sent).toEqual([start])
    }
  })

  it('is handed out when the caller follows by hand', async () => {
    const { rules } = web({ [start]: 'http://127.0.0.1/' })
    const { response } = await sendFollowing(new URL(start), { redirect: 'manual' }, rules)
    expect([response.status, response.headers.get('location')]).toEqual([302, 'http://127.0.0.1/'])
  })

  it.each(hostileHosts)('to %s is not followed', async (host) => {
    const { sent, rules } = web({ [start]: `https://${host}/` })
    await expect(sendFollowing(new URL(start), follow, rules)).rejects.toThrow()
    expect(sent).toEqual([start])
  })

  it.each([
    'http://start.test/',
    'https://start.test:8443/',
    '//127.0.0.1/',
    'https://',
    'file:///etc/passwd',
    'data:,x',
    '\\\\127.0.0.1\\',
  ])('to %s is not followed', async (location) => {
    const { sent, rules } = web({ [start]: location })
    await expect(sendFollowing(new URL(start), follow, rules)).rejects.toThrow(RefusedRequestError)
    expect(sent).toEqual([start])
  })

  it('is followed a few times only', async () => {
    const { sent, rules } = web({ [start]: start })
    await expect(sendFollowing(new URL(start), follow, rules)).rejects.toThrow(RefusedRequestError)
    expect(sent).toHaveLength(4)
  })

  it.each([{ method: 'POST' }, { method: 'put' }, { headers: { Authorization: 'Bearer x' } }])(
    'never carries %j along',
    async (init) => {
      const { sent, rules } = web({ [start]: '/a' })
      await expect(sendFollowing(new URL(start), { ...follow, ...init }, rules)).rejects.toThrow(RefusedRequestError)
      expect(sent).toEqual([start])
    },
  )
})

it('is no redirect without a location', async () => {
  const { rules } = web({})
  const send = async () => new Response(null, { status: 304 })
  const { response } = await sendFollowing(new URL(start), follow, { ...rules, send })
  expect(response.status).toBe(304)
})
