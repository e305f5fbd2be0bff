import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { ConnectionQueues } from './connection-queues.ts'
import { Fairness } from './fairness.ts'

/** Connections that all send a request in one turn of the event loop; each takes three milliseconds of a clock that only they move. */
async function sentAtOnce(connections: number): Promise<{ most: number; served: number; waited: number }> {
  let [now, turn, served, waited, most] = [0, 0, 0, 0, 0]
  const inTurn = new Map<number, number>()
  const queues = new ConnectionQueues(new Fairness({ itemsBetweenLooks: 1, now: () => now }))
  const serve = () => {
    now += 3
    served++
    inTurn.set(turn, (inTurn.get(turn) ?? 0) + 1)
    most = Math.max(most, inTurn.get(turn)!)
  }
  // Of both nothing else is used.
  const requests = Array.from({ length: connections }, async () => {
    const socket = new EventEmitter() as unknown as Socket
    const turn = queues.enter(socket, new EventEmitter() as unknown as ServerResponse)
    if (turn) waited++
    if (!turn || (await turn)) serve()
  })
  while (served < connections) {
    await new Promise((resolve) => setImmediate(resolve))
    turn++
  }
  await Promise.all(requests)
  return { most, served, waited }
}

it('requests of many connections at once are shared out over the turns of the event loop', async () => {
  const { most, waited } = await sentAtOnce(60)
  // Two are seen to be more than a slice of time; two slices may lie between two looks of this test.
  expect(most).toBeLessThanOrEqual(4)
  expect(waited).toBeGreaterThan(50)
})

it('a request that comes alone waits for nothing', async () => {
  expect(await sentAtOnce(1)).toEqual({ most: 1, served: 1, waited: 0 })
})
