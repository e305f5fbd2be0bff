import { argon2Sync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { type Derivation, HashThreads } from './hash-threads.ts'

const derivation = {
  kind: 'argon2id',
  message: 'a password',
  nonce: Uint8Array.from({ length: 16 }, (_, at) => at),
  tagLength: 32,
  memory: 64,
  passes: 1,
  parallelism: 1,
} satisfies Derivation

const { kind, ...parameters } = derivation
const expected = argon2Sync(kind, parameters)

it('derives what node:crypto derives, in as many threads as are needed at once', async () => {
  const threads = new HashThreads()
  expect(await Promise.all([1, 2, 3].map(() => threads.derive(derivation)))).toEqual([expected, expected, expected])
  expect(await threads.derive(derivation)).toEqual(expected)
  await threads.close()
})

it('tells of a failure, and goes on', async () => {
  const threads = new HashThreads()
  await expect(threads.derive({ ...derivation, nonce: new Uint8Array(1) })).rejects.toThrow('could not be hashed')
  expect(await threads.derive(derivation)).toEqual(expected)
  await threads.close()
})

it('lets nobody wait for a thread that has ended', async () => {
  const threads = new HashThreads()
  const waiting = expect(threads.derive({ ...derivation, memory: 65_536, passes: 20 })).rejects.toThrow('has ended')
  await threads.close()
  await waiting
  await expect(threads.derive(derivation)).rejects.toThrow('closing')
})

it.runIf(process.platform === 'linux')('gives way to the rest of the process', async () => {
  const before = threadPriorities()
  const threads = new HashThreads()
  await threads.derive(derivation)
  const own = before.get(process.pid)!
  const added = [...threadPriorities()].filter(([id]) => !before.has(id))
  expect(added.map(([, priority]) => priority)).toContain(Math.min(19, own + 10))
  expect(threadPriorities().get(process.pid)).toBe(own)
  await threads.close()
})

/** The nice value of each thread of this process. */
function threadPriorities(): Map<number, number> {
  return new Map(
    readdirSync('/proc/self/task').map((id) => {
      const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8')
      return [Number(id), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])]
    }),
  )
}
