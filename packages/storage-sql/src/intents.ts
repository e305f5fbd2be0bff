import type { ArgumentsOf, Intent } from '@atoll/storage'
import type { Routine } from './routine.ts'

/** A writer of a transaction in SQL: a routine for each of its methods, so that a method without one does not compile. */
export type RoutinesOf<Writes> = {
  readonly [M in keyof Writes]: (...args: ArgumentsOf<Writes[M]>) => Routine<void>
}

/** Everything that one transaction noted down, in order. The host makes it atomic. */
export function* writeIntents<Tx>(
  intents: readonly Intent<Tx>[],
  writers: { readonly [W in keyof Tx]: RoutinesOf<Tx[W]> },
): Routine<void> {
  for (const [writer, method, args] of intents) {
    // The three belong together, which a union of tuples does not tell the compiler.
    const write = writers[writer][method] as (...args: readonly unknown[]) => Routine<void>
    yield* write(...(args as readonly unknown[]))
  }
}
