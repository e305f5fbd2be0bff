/** Lets any call to an adapter throw, as a bug in it or in the server would. */
import type { Adapters } from '@atoll/pds'

// Calls of every shape pass through here unseen.
type AnyFunction = (...given: never[]) => unknown

export class Exceptions {
  readonly #seen = new Map<string, number>()
  #failing: { readonly step: string; readonly time: number } | undefined

  /** Starts counting steps again; this one throws at the given occurrence. */
  throwAt(step: string, time: number): void {
    this.#seen.clear()
    this.#failing = { step, time }
  }

  rest(): void {
    this.#failing = undefined
  }

  /** The steps since counting started. */
  get steps(): string[] {
    return [...this.#seen.keys()]
  }

  /** How often each step has occurred since counting started. */
  get counts(): ReadonlyMap<string, number> {
    return new Map(this.#seen)
  }

  around({ storage, blobStore, plcFetch, mailer, moderationMailer, captcha }: Adapters): Adapters {
    return {
      storage: this.#wrap(storage, 'storage'),
      blobStore: this.#wrap(blobStore, 'blobStore'),
      plcFetch: this.#wrapFunction(plcFetch, undefined, 'plcFetch'),
      mailer: this.#wrap(mailer, 'mailer'),
      moderationMailer: this.#wrap(moderationMailer, 'moderationMailer'),
      captcha: captcha && this.#wrap(captcha, 'captcha'),
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

  /** Functions that it is passed (for a transaction) or returns are wrapped as well. */
  #wrapFunction<F extends AnyFunction>(call: F, target: object | undefined, path: string): F {
    const wrapped = (...given: never[]) => {
      this.#pass(path)
      const isTransaction = path === 'storage.transact'
      const passed = isTransaction ? given.map((each) => this.#wrapWork(each)) : given
      const result: unknown = call.apply(target, passed as never[])
      return typeof result === 'function' && path.endsWith('blockSource')
        ? this.#wrapFunction(result as AnyFunction, undefined, `${path}()`)
        : result
    }
    // The same parameters and the same result.
    return wrapped as F
  }

  #wrapWork(given: unknown): unknown {
    if (typeof given !== 'function') return given
    return (transaction: object) => given(this.#wrap(transaction, 'transaction'))
  }
}
