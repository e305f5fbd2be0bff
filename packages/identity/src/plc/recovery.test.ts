import { describe, expect, it } from 'vitest'
import { ExampleLog, exampleGenesis, exampleKeys } from '../../test/example-log.ts'
import { updateOperation } from './build.ts'
import { recoveryPoints } from './recovery.ts'

const keys = exampleKeys()

function stolen(): ExampleLog {
  return new ExampleLog(exampleGenesis(keys).op)
    .update({ handle: 'alice2.test' }, keys.middle)
    .update({ handle: 'thief.test' }, keys.weak)
    .update({ rotationKeys: [exampleKeys().weak.didKey()] }, keys.weak)
}

describe('recoveryPoints', () => {
  it('names each operation that a key may go back to, the most recent first', () => {
    const log = stolen()
    const points = recoveryPoints(log.entries, keys.strong.didKey(), log.time)
    expect(points.map((point) => point.prev)).toEqual([log.living(2), log.living(1), log.living(0)])
    expect(points[1]?.undone).toEqual([log.entries[2]!.cid, log.entries[3]!.cid])
  })

  it('leaves out what a key of the same or lower rank signed', () => {
    const log = stolen()
    const points = recoveryPoints(log.entries, keys.middle.didKey(), log.time)
    expect(points.map((point) => point.prev)).toEqual([log.living(2), log.living(1)])
    expect(recoveryPoints(log.entries, keys.weak.didKey(), log.time)).toEqual([])
    expect(recoveryPoints(log.entries, keys.signing.didKey(), log.time)).toEqual([])
  })

  it('ends 72 hours after the first operation that would be undone', () => {
    const log = stolen()
    const point = recoveryPoints(log.entries, keys.strong.didKey(), log.time).at(-1)!
    const nowAndLater = [point.until, point.until + 1]
    expect(nowAndLater.map((now) => recoveryPoints(log.entries, keys.strong.didKey(), now).length)).toEqual([3, 2])
  })

  it('gives points from which an accepted recovery is built', () => {
    for (const index of [0, 1, 2]) {
      const log = stolen().wait(1)
      const point = recoveryPoints(log.entries, keys.strong.didKey(), log.time)[index]!
      log.add(updateOperation(point.prev, { handle: 'alice.test' }, keys.strong))
      expect(log.entries.filter((entry) => entry.nullified).map((entry) => entry.cid)).toEqual(point.undone)
    }
  })
})
