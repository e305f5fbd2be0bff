import { type ChildProcess, fork } from 'node:child_process'
import { end } from '../servers/server.ts'
import type { Command, Reply } from './protocol.ts'

/** The subscribers' process, as used by the generator. */
export class Subscribers {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #lastId = 0

  constructor() {
    this.#child = fork(new URL('./subscriber-process.ts', import.meta.url))
    this.#child.on('message', ({ id, reply }: { id: number; reply: Reply }) => {
      this.#waiting.get(id)?.(reply)
      this.#waiting.delete(id)
    })
    this.#child.on('exit', () => {
      for (const settle of this.#waiting.values()) settle({ faults: ['the process of the subscribers has ended'] })
    })
  }

  ask(command: Command): Promise<Reply> {
    const id = ++this.#lastId
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#child.send({ id, command })
    })
  }

  close(): Promise<void> {
    return end(this.#child)
  }
}
