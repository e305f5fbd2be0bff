import { describe, expect, it } from 'vitest'
import { errorOfStatus, statusOf, XrpcError } from './errors.ts'

describe('an error', () => {
  it('has the status that its name calls for, unless it is given one', () => {
    expect(new XrpcError('RepoNotFound', 'no repo').status).toBe(400)
    expect(new XrpcError('AuthMissing').status).toBe(401)
    expect(new XrpcError('RateLimitExceeded').status).toBe(429)
    expect(new XrpcError('InvalidRequest', '', { status: 405 }).status).toBe(405)
  })

  it('without a sentence says its name, so that no log has an empty line', () => {
    expect(String(new XrpcError('RepoNotFound'))).toBe('XrpcError: RepoNotFound')
    expect(JSON.stringify(new XrpcError('RepoNotFound', ''))).toBe('{"error":"RepoNotFound","message":"RepoNotFound"}')
  })

  it('is its name and message on the wire, and nothing else', () => {
    const error = new XrpcError('RepoNotFound', 'no repo', { headers: { 'x-secret': '1' }, cause: new Error('inner') })
    expect(JSON.stringify(error)).toBe('{"error":"RepoNotFound","message":"no repo"}')
    expect(error.cause).toEqual(new Error('inner'))
  })

  it('has a name for every status, and that name has the status', () => {
    for (const status of [401, 403, 404, 406, 408, 413, 415, 426, 429, 500, 501, 502, 503, 504]) {
      expect(statusOf(errorOfStatus(status))).toBe(status)
    }
    expect(errorOfStatus(400)).toBe('InvalidRequest')
    expect(errorOfStatus(418)).toBe('InvalidRequest')
    expect(errorOfStatus(599)).toBe('InternalServerError')
  })
})
