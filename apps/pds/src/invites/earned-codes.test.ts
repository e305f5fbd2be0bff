import type { InviteCode } from '@atoll/storage'
import { formatDatetime } from '@atoll/syntax'
import { describe, expect, it } from 'vitest'
import { earnedCodes } from './earned-codes.ts'

const day = 24 * 60 * 60 * 1000
const start = Date.UTC(2026, 0, 1)
const at = (days: number) => formatDatetime(new Date(start + days * day))
const account = { createdAt: at(0), invitesDisabled: false }
const weekly = { intervalMs: 7 * day, epoch: 0 }
const earned = (days: number, made: InviteCode[] = [], schedule = weekly, changes = {}) =>
  earnedCodes({ ...account, ...changes }, made, schedule, start + days * day)

function code(days: number, changes: Partial<InviteCode> = {}): InviteCode {
  return {
    code: `code-${days}`,
    availableUses: 1,
    forAccount: 'did:web:alice.test',
    createdBy: 'did:web:alice.test',
    createdAt: at(days),
    disabled: false,
    uses: [],
    ...changes,
  }
}
const use = { usedBy: 'did:web:bob.test', usedAt: at(30) } as const
const used = (days: number) => code(days, { uses: [use] })

describe('codes that an account has earned', () => {
  it.each([
    [-3, 0],
    [0, 0],
    [6.9, 0],
    [7, 1],
    [21, 3],
  ])('after %s days: %s', (days, codes) => expect(earned(days)).toBe(codes))

  it('are at most five that are unused', () => {
    expect(earned(700)).toBe(5)
    expect(earned(700, [code(7), code(14)])).toBe(3)
    expect(
      earned(
        700,
        [1, 2, 3, 4, 5, 6].map((days) => code(days)),
      ),
    ).toBe(0)
  })

  it('are fewer by those that it has made, used and disabled ones included', () => {
    expect(earned(21, [used(7)])).toBe(2)
    expect(earned(21, [used(7), code(8, { disabled: true })])).toBe(1)
    expect(earned(21, [used(7), used(8), used(9), used(10)])).toBe(0)
  })

  it('count from the epoch on, where that is later than the account', () => {
    const schedule = { ...weekly, epoch: start + 70 * day }
    expect(earned(69, [], schedule)).toBe(0)
    expect(earned(84, [], schedule)).toBe(2)
    expect(earned(84, [used(10)], schedule)).toBe(2)
    expect(earned(84, [used(71)], schedule)).toBe(1)
  })

  it('are none for an account whose invites are disabled', () => {
    expect(earned(70, [], weekly, { invitesDisabled: true })).toBe(0)
  })
})
