import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTid, parseTid, type Tid, tidClockId, tidMicroseconds } from './tid.ts'
import { TidClock } from './tid-clock.ts'

const start = Date.UTC(2026, 0, 1)
const hour = 3_600_000
const day = 24 * hour

/** A machine clock that a test sets. */
function machineClock(): { time: number; now: () => number } {
  const machine = { time: start, now: () => machine.time }
  return machine
}

function rises(tids: Tid[]): boolean {
  return tids.every((tid, at) => at === 0 || tids[at - 1]! < tid)
}

describe('the TID clock', () => {
  it('tells the machine clock when that moves on', () => {
    const machine = machineClock()
    const clock = new TidClock({ now: machine.now, clockId: 5 })
    expect(tidMicroseconds(clock.next())).toBe(start * 1000)
    machine.time += 1.5
    const tid = clock.next()
    expect([tidMicroseconds(tid), tidClockId(tid)]).toEqual([(start + 1.5) * 1000, 5])
  })

  it('never repeats within one millisecond', () => {
    const clock = new TidClock({ now: () => start })
    expect(rises(Array.from({ length: 10_000 }, () => clock.next()))).toBe(true)
  })

  it('rises through any steps of the machine clock', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2 * day, max: 2 * day })), (steps) => {
        const machine = machineClock()
        const clock = new TidClock({ now: machine.now })
        const tids = steps.map((step) => {
          machine.time += step
          return clock.next()
        })
        expect(rises(tids)).toBe(true)
      }),
    )
  })

  it('advances by one microsecond a call while the machine clock is an hour behind', () => {
    const machine = machineClock()
    const clock = new TidClock({ now: machine.now })
    const before = tidMicroseconds(clock.next())
    machine.time -= hour
    for (let call = 1; call <= 1000; call++) expect(tidMicroseconds(clock.next())).toBe(before + call)
    machine.time += hour + 2
    expect(tidMicroseconds(clock.next())).toBe((start + 2) * 1000)
  })

  it('stays a day ahead after a jump forward and back, by one microsecond a call, and is not locked out', () => {
    const machine = machineClock()
    const clock = new TidClock({ now: machine.now })
    machine.time += day
    const ahead = tidMicroseconds(clock.next())
    machine.time -= day
    for (let call = 1; call <= 1000; call++) expect(tidMicroseconds(clock.next())).toBe(ahead + call)
  })

  it('goes on after the last TID of an earlier run, whichever clock id made it', () => {
    const last = new TidClock({ now: () => start, clockId: 1023 }).next()
    const afterRestart = new TidClock({ now: () => start - hour, clockId: 0, last })
    expect(rises([last, afterRestart.next(), afterRestart.next()])).toBe(true)
  })

  it('goes past `after`, once, and does not follow it into the future', () => {
    const machine = machineClock()
    const clock = new TidClock({ now: machine.now, clockId: 0 })
    const future = formatTid((start + day) * 1000, 1023)
    expect(clock.next(future)).toBe(formatTid((start + day) * 1000 + 1, 0))
    expect(tidMicroseconds(clock.next())).toBe(start * 1000 + 1)
    expect(clock.next(formatTid(0, 0))).toBe(formatTid(start * 1000 + 2, 0))
  })

  it('keeps the revs of one account rising whatever the machine clock does', () => {
    const machine = machineClock()
    const clock = new TidClock({ now: machine.now })
    const revs = [clock.next()]
    for (const step of [-hour, day, -day, 0, 0, hour]) {
      machine.time += step
      revs.push(clock.next(revs.at(-1)))
    }
    expect(rises(revs)).toBe(true)
  })

  it('refuses to go past the greatest TID there is, and goes on without it', () => {
    const clock = new TidClock({ now: () => start })
    expect(() => clock.next(parseTid('jzzzzzzzzzzzz'))).toThrow(RangeError)
    expect(tidMicroseconds(clock.next())).toBe(start * 1000)
  })

  it('outlives a machine clock that reads nonsense', () => {
    const machine = machineClock()
    const clock = new TidClock({ now: machine.now })
    const tids = [clock.next()]
    machine.time = Number.NaN
    tids.push(clock.next())
    machine.time = -start
    tids.push(clock.next())
    machine.time = Number.MAX_VALUE
    expect(() => clock.next()).toThrow(RangeError)
    machine.time = start + 1
    tids.push(clock.next())
    expect(rises(tids)).toBe(true)
    expect(tidMicroseconds(tids[3]!)).toBe((start + 1) * 1000)
  })

  it('picks a clock id at random', () => {
    const ids = new Set(Array.from({ length: 200 }, () => tidClockId(new TidClock().next())))
    expect(ids.size).toBeGreaterThan(100)
  })
})
