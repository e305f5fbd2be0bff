import { describe, expect, it } from 'vitest'
import { VerificationCodes } from './verification-codes.ts'

const minute = 60 * 1000
let now = Date.UTC(2026, 0, 1)
const codes = new VerificationCodes({ salt: 'salt', now: () => now })

function fault(code: string | undefined, handle = 'ann.test', of = codes): string | undefined {
  try {
    of.require(code, handle)
    return undefined
  } catch (error) {
    return (error as { error: string }).error
  }
}

describe('the code of a verification', () => {
  const code = codes.create('Ann.test')

  it('works for its handle, whatever the case', () => {
    expect(fault(code)).toBeUndefined()
    expect(fault(code, 'ANN.test')).toBeUndefined()
    expect(fault(code, 'bea.test')).toBe('InvalidToken')
  })

  it('cannot be made up, nor made to last', () => {
    const later = `${(now + 60 * minute).toString(36)}-${code.split('-').slice(1).join('-')}`
    for (const wrong of ['', 'code', '-', `${code}x`, code.slice(0, -1), later]) {
      expect(fault(wrong), wrong).toBe('InvalidToken')
    }
    expect(fault(undefined)).toBe('InvalidRequest')
    expect(fault(code, 'ann.test', new VerificationCodes({ salt: 'pepper', now: () => now }))).toBe('InvalidToken')
  })

  it('works for 15 minutes', () => {
    now += 15 * minute - 1
    expect(fault(code)).toBeUndefined()
    now += 1
    expect(fault(code)).toBe('ExpiredToken')
  })
})
