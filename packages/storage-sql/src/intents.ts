import type { ArgumentsOf, Intent } from '@atoll/storage'
import type { Routine } from './routine.ts'

/** A writer of a transaction in SQL: one routine per method. A missing one does not compile. */
export type RoutinesOf<Writes> = {
  readonly [M in keyof Writes]: (...args: ArgumentsOf<Writes[M]>) => Routine<void>
}

/** Executes everything that one transaction recorded, in order. The host makes it atomic. */
export function* writeIntents<Tx>(
  intents: readonly Intent<Tx>[],
  writers: { readonly [W in keyof Tx]: RoutinesOf<Tx[W]> },
): Routine<void> {
  for (const [writer, method, args] of intents) {
    // Writer, method and arguments match, but the compiler cannot see that in a union of tuples.
    const write = writers[writer][method] as (...args: readonly unknown[]) => Routine<void>
    yield* write(...(args as readonly unknown[]))
  }
}
