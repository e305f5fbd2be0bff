import { describe, expect, it } from 'vitest'
import { type Decision, Verdicts, verdictOf } from './verdicts.ts'

const decision: Decision = {
  file: 'syntax/did',
  judges: ['oracle'],
  covers: (text) => text.startsWith('did:odd:'),
  why: 'a reason',
  specification: 'https://example.com/rule',
}

describe('verdicts', () => {
  it('refuse a difference without a decision, whichever judge differs', () => {
    for (const judge of ['oracle', '@atoll/syntax', 'the specification']) {
      const verdicts = new Verdicts([])
      verdicts.compare('syntax/did_syntax_valid.txt', 'did:odd:a', 'valid', { [judge]: 'invalid', another: 'valid' })
      expect(() => verdicts.disagreements()).toThrow(`${judge} says invalid: "did:odd:a"`)
    }
  })

  it('refuse a difference of another file, judge or case than the decided one', () => {
    const differences: [file: string, text: string, judge: string][] = [
      ['syntax/handle_syntax_valid.txt', 'did:odd:a', 'oracle'],
      ['syntax/did_syntax_valid.txt', 'did:even:a', 'oracle'],
      ['syntax/did_syntax_valid.txt', 'did:odd:a', '@atoll/syntax'],
    ]
    for (const [file, text, judge] of differences) {
      const verdicts = new Verdicts([decision])
      verdicts.compare('syntax/did_syntax_valid.txt', 'did:odd:b', 'valid', { oracle: 'invalid' })
      verdicts.compare(file, text, 'valid', { [judge]: 'invalid' })
      expect(() => verdicts.disagreements()).toThrow('without a decision')
    }
  })

  it('refuse a decision that no case needs', () => {
    const verdicts = new Verdicts([decision])
    verdicts.compare('syntax/did_syntax_valid.txt', 'did:odd:a', 'valid', { oracle: 'valid' })
    expect(() => verdicts.disagreements()).toThrow('differ in no case any more: a reason')
  })

  it('list the decisions, the judges of one case together', () => {
    const verdicts = new Verdicts([{ ...decision, judges: ['oracle', 'another'] }])
    verdicts.compare('syntax/did_syntax_valid.txt', 'did:odd:a', 'valid', { oracle: 'invalid', another: 'invalid' })
    verdicts.compare('syntax/did_syntax_valid.txt', 'did:odd:b', 'valid', { oracle: 'invalid', another: 'valid' })
    expect(verdicts.disagreements()).toMatchObject([
      { case: 'did:odd:a', vectors: 'valid', judges: { oracle: 'invalid', another: 'invalid' }, why: 'a reason' },
      { case: 'did:odd:b', vectors: 'valid', judges: { oracle: 'invalid' } },
    ])
  })

  it('count an exception and false as invalid', async () => {
    const throwing = () => {
      throw new Error('no')
    }
    expect([await verdictOf(throwing), await verdictOf(() => false), await verdictOf(() => 0)]).toEqual([
      'invalid',
      'invalid',
      'valid',
    ])
    expect(await verdictOf(() => Promise.reject(new Error('no')))).toBe('invalid')
  })
})
