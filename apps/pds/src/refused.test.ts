import { describe, expect, it } from 'vitest'
import { Refused } from './refused.ts'

describe('an area', () => {
  it('refuses with what a lexicon declares, a general name, or one that is listed as undeclared', () => {
    const names = [new Refused('InvalidSwap', ''), new Refused('AuthMissing', ''), new Refused('AlreadyExists', '')]
    expect(names.map(({ error, status }) => [error, status])).toEqual([
      ['InvalidSwap', 400],
      ['AuthMissing', 401],
      ['AlreadyExists', 400],
    ])
  })

  it('does not compile with any other name', () => {
    // @ts-expect-error: a typo
    expect(new Refused('InvalidSwop', '').error).toBe('InvalidSwop')
    // @ts-expect-error: any text
    expect(new Refused('InvalidSwap' as string, '').error).toBe('InvalidSwap')
  })
})
