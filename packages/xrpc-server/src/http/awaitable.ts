/**
 * A value, or a promise of one: what runs synchronously should not pay for a turn of the microtask
 * queue.
 */
export type Awaitable<T> = T | PromiseLike<T>

/**
 * Where every request passes, a value is awaited as `isPromise(value) ? await value : value`. To
 * await a value that is there already costs a turn of the microtask queue for each step, which is
 * felt on a busy server; a helper for it would itself be asynchronous, or make a closure for each
 * step.
 */
export function isPromise<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
