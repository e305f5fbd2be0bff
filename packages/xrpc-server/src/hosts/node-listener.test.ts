import { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, it, vi } from 'vitest'
import type { RouterResponse } from '../http/messages.ts'
import type { Upgrade } from '../streams/subscriptions.ts'
import { koaMiddleware, koaUpgrade } from './koa.ts'
import { type NodeListener, nodeListener } from './node-listener.ts'
import { nodeUpgrade } from './node-upgrade.ts'
import type { Router } from './router.ts'

function work(): void {
  const until = performance.now() + 2
  while (performance.now() < until);
}

type Handle = Pick<Router, 'handle'>

/**
 * Hands the listener requests of as many connections in one turn of the event loop; each takes a
 * while.
 */
function crowd(count: number, open: (router: Handle) => NodeListener = nodeListener) {
  const begun: string[] = []
  const handle = async ({ path }: { path: string }): Promise<RouterResponse> => {
    begun.push(path)
    work()
    return { status: 200, headers: {}, body: '' }
  }
  const listener = open({ handle })
  const responses = Array.from({ length: count }, (_, index) => {
    const message = new IncomingMessage(new Socket())
    message.url = `/${index}`
    return { message, response: new ServerResponse(message) }
  })
  const answered = responses.map(({ message, response }) => listener(message, response))
  return { begun, responses, answered: Promise.all(answered) }
}

it('of the requests that come in one turn of the event loop, a slice of time is worked on; others begin in later turns', async () => {
  const { begun, answered } = crowd(40)
  expect(begun.length).toBeLessThanOrEqual(12)
  await new Promise((resolve) => setImmediate(resolve))
  expect(begun.length).toBeLessThanOrEqual(24)
  await answered
  expect(begun).toEqual(Array.from({ length: 40 }, (_, index) => `/${index}`))
})

it('the servers of one process share each slice', async () => {
  const [one, other] = [crowd(20), crowd(20)]
  expect(one.begun.length).toBeLessThanOrEqual(12)
  expect(other.begun).toEqual([])
  await Promise.all([one.answered, other.answered])
  expect([one.begun.length, other.begun.length]).toEqual([20, 20])
})

it('a request whose client leaves before it begins is not worked on', async () => {
  const { begun, responses, answered } = crowd(20)
  responses.at(-1)!.response.destroy()
  await answered
  expect(begun).toHaveLength(19)
})

it('requests to upgrade are decided on in slices of time as well', async () => {
  const decided: string[] = []
  const upgrade = async ({ path }: { path: string }): Promise<Upgrade> => {
    decided.push(path)
    work()
    return { accepted: false, response: { status: 400, headers: {} } }
  }
  const { listener } = nodeUpgrade({ upgrade })
  for (let index = 0; index < 40; index++) {
    const message = new IncomingMessage(new Socket())
    message.url = `/${index}`
    listener(message, message.socket, Buffer.alloc(0))
  }
  expect(decided.length).toBeLessThanOrEqual(12)
  await vi.waitUntil(() => decided.length === 40, 10_000)
})

it('requests and upgrades of one Koa app share each slice', async () => {
  const decided: string[] = []
  const upgrade = async ({ path }: { path: string }): Promise<Upgrade> => {
    decided.push(path)
    return { accepted: false, response: { status: 400, headers: {} } }
  }
  const { listener } = koaUpgrade(new Server(), { upgrade })
  const { begun, answered } = crowd(20, (router) => {
    const middleware = koaMiddleware(router, { serves: () => true })
    return (req, res) => middleware({ path: req.url, req, res } as never, async () => {})
  })
  const message = new IncomingMessage(new Socket())
  listener(message, message.socket, Buffer.alloc(0))
  expect(begun.length).toBeLessThanOrEqual(12)
  expect(decided).toEqual([])
  await answered
  await vi.waitUntil(() => decided.length === 1)
})
