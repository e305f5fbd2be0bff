import { ReceivingSocket } from './firehose/web-socket.ts'
import { ceilings } from './floors.ts'
import { runLoad } from './load/load.ts'
import type { Settings } from './measure.ts'
import { megabytesOf } from './memory-watch.ts'
import { plainSide, type Result } from './result.ts'
import { startAtoll } from './servers/atoll.ts'
import { applyWrites, isWritten, query, Target } from './target.ts'

const perCall = 200

/**
 * Work that must take little memory, whatever the reference does: measured on a fresh server with a
 * small heap.
 */
export async function measureMemoryLimits(settings: Settings): Promise<Result[]> {
  const server = await startAtoll()
  try {
    const target = new Target(server)
    return [await subscriberMemory(target, settings.idleSubscribers), await hugeRepoMemory(target, settings.hugeRepo)]
  } finally {
    await server.stop()
  }
}

async function subscriberMemory(target: Target, count: number): Promise<Result> {
  const url = `${target.url}/xrpc/com.atproto.sync.subscribeRepos`
  const before = await settled(target)
  const sockets: ReceivingSocket[] = []
  for (let i = 0; i < count; i++) {
    const socket = new ReceivingSocket(url, () => undefined)
    await socket.opened
    sockets.push(socket)
  }
  const kilobytes = (((await settled(target)) - before) * 1000) / count
  for (const socket of sockets) socket.close()
  return judged('h.rss.subscriber', `memory of one idle subscriber, of ${count}`, 'kB', kilobytes)
}

/** How much the server's memory grows while a repository is exported. */
async function hugeRepoMemory(target: Target, records: number): Promise<Result> {
  const account = await target.newAccount()
  const filling = { concurrency: 1, count: Math.ceil(records / perCall), next: () => applyWrites(account, perCall) }
  await runLoad(target.url, { ...filling, accept: isWritten })
  const before = await settled(target)
  let peak = before
  const watch = setInterval(() => (peak = Math.max(peak, megabytesOf(target))), 20)
  const next = () => query('com.atproto.sync.getRepo', { did: account.did })
  const { errors } = await runLoad(target.url, { concurrency: 1, count: 2, next, dropBodies: true })
  clearInterval(watch)
  for (const error of errors.keys()) throw new Error(`getRepo: ${error}`)
  const title = `memory that getRepo of ${records.toLocaleString('en')} records adds`
  return judged('h.rss.hugeRepo', title, 'MB', peak - before)
}

async function settled(target: Target): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 2000))
  return megabytesOf(target)
}

function judged(id: string, title: string, unit: string, value: number): Result {
  const ceiling = ceilings[id]!
  const verdict = value <= ceiling ? 'ok' : 'missed'
  return { id, title, unit, lessIsBetter: true, atoll: plainSide(value), ceiling, verdict }
}
