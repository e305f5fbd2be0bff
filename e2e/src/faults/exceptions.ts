/** Lets any call to an adapter throw, as a fault of ours or of theirs would. */
import type { Adapters } from '@atoll/pds'

// Calls of every shape pass through here unseen.
type AnyFunction = (...given: never[]) => unknown

export class Exceptions {
  readonly #seen = new Map<string, number>()
  #failing: { readonly step: string; readonly time: number } | undefined

  /** From now on steps are counted anew, and this one throws when it comes for the given time. */
  throwAt(step: string, time: number): void {
    this.#seen.clear()
    this.#failing = { step, time }
  }

  rest(): void {
    this.#failing = undefined
  }

  /** The steps since counting began. */
  get steps(): string[] {
    return [...this.#seen.keys()]
  }

  around({ storage, blobStore, plcFetch }: Adapters): Adapters {
    return {
      storage: this.#wrap(storage, 'storage'),
      blobStore: this.#wrap(blobStore, 'blobStore'),
      plcFetch: this.#wrapFunction(plcFetch, undefined, 'plcFetch'),
    }
  }

  #pass(step: string): void {
    const time = (this.#seen.get(step) ?? 0) + 1
    this.#seen.set(step, time)
    if (this.#failing?.step === step && this.#failing.time === time) throw new Error(`simulated at ${step}`)
  }

  #wrap<T extends object>(target: T, name: string): T {
    return new Proxy(target, {
      get: (_, key) => {
        const member: unknown = Reflect.get(target, key)
        const path = `${name}.${String(key)}`
        if (typeof member === 'function') return this.#wrapFunction(member as AnyFunction, target, path)
        return typeof member === 'object' && member !== null ? this.#wrap(member, path) : member
      },
    })
  }

  /** Functions that it is given for a transaction, and those that it answers, are wrapped in turn. */
  #wrapFunction<F extends AnyFunction>(call: F, target: object | undefined, path: string): F {
    const wrapped = (...given: never[]) => {
      this.#pass(path)
      const isTransaction = path === 'storage.transact'
      const passed = isTransaction ? given.map((each) => this.#wrapWork(each)) : given
      const answer: unknown = call.apply(target, passed as never[])
      return typeof answer === 'function' && path.endsWith('blockSource')
        ? this.#wrapFunction(answer as AnyFunction, undefined, `${path}()`)
        : answer
    }
    // The same parameters and the same answer.
    return wrapped as F
  }

  #wrapWork(given: unknown): unknown {
    if (typeof given !== 'function') return given
    return (transaction: object) => given(this.#wrap(transaction, 'transaction'))
  }
}
