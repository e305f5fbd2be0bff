// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { runAfterYield, runWhenIdle, TimeSlice, yieldToEventLoop } from '@atoll/event-loop'

export async function scenario() {
  const order: string[] = []
  await new Promise<void>((resolve) => {
    runAfterYield(() => {
      order.push('after yielding')
      resolve()
    })
    runWhenIdle(() => order.push('idle'))
    order.push('now')
  })
  await yieldToEventLoop()
  const slice = new TimeSlice(0)
  const wasOver = slice.isOver
  await slice.next()
  return { order: order.sort(), wasOver }
}

export const expected = { order: ['after yielding', 'idle', 'now'], wasOver: true }
