/** What a handler or a store may return: a value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>
