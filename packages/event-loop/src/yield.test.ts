import { afterEach, expect, it, vi } from 'vitest'
import { runAfterYield, runWhenIdle, yieldToEventLoop } from './index.ts'

afterEach(() => vi.unstubAllGlobals())

const runtimes = ['with setImmediate', 'without setImmediate']

it.each(runtimes)('runs others first, %s', async (runtime) => {
  if (runtime === 'without setImmediate') vi.stubGlobal('setImmediate', undefined)
  const order: string[] = []
  setTimeout(() => order.push('timer'), 0)
  await yieldToEventLoop()
  order.push('promise')
  await new Promise<void>((resolve) => {
    runAfterYield(() => {
      order.push('callback')
      resolve()
    })
    Promise.resolve().then(() => order.push('microtask'))
  })
  expect(order.filter((step) => step !== 'timer')).toEqual(['promise', 'microtask', 'callback'])
  if (runtime === 'without setImmediate') expect(order[0]).toBe('timer')
})

it('runs a callback after all promises that are ready, and before the next turn', async () => {
  const order: string[] = []
  const done = new Promise<void>((resolve) => {
    runAfterYield(() => {
      order.push('next turn')
      resolve()
    })
  })
  runWhenIdle(() => order.push('idle'))
  Promise.resolve()
    .then(() => order.push('first'))
    .then(() => order.push('second'))
    .then(() => order.push('third'))
  await done
  expect(order).toEqual(['first', 'second', 'third', 'idle', 'next turn'])
})
