import type { MethodNames } from './storage.ts'

/** One call that a transaction recorded: the writer, the method, and its arguments. */
export type Intent<Tx> = {
  [W in keyof Tx]: { [M in keyof Tx[W]]: readonly [writer: W, method: M, args: ArgumentsOf<Tx[W][M]>] }[keyof Tx[W]]
}[keyof Tx]

/** The arguments of a method of a writer. */
export type ArgumentsOf<Method> = Method extends (...args: infer Args) => void ? Args : never

/** A transaction that only records its calls, for an adapter to replay when it commits. */
export type IntentRecorder<Tx> = Tx & { readonly intents: readonly Intent<Tx>[] }

type Call = (...args: readonly unknown[]) => void

/** Returns a function that creates recorders for the kind of transaction that `names` describes. */
export function intentRecorders<Tx extends object>(names: MethodNames<Tx>): () => IntentRecorder<Tx> {
  class Recorder {
    readonly intents: unknown[] = []
  }
  for (const [writer, methods] of Object.entries(names)) {
    const methodNames = Object.keys(methods as object)
    Object.defineProperty(Recorder.prototype, writer, {
      get(this: Recorder) {
        const recording: Record<string, Call> = {}
        for (const method of methodNames) {
          recording[method] = (...args) => void this.intents.push([writer, method, args])
        }
        return recording
      },
    })
  }
  // `names` has every method of every writer, and nothing else: its type says so.
  return () => new Recorder() as unknown as IntentRecorder<Tx>
}

/** Replays the recorded calls, in order, on writers that act immediately. */
export function replayIntents<Tx>(intents: readonly Intent<Tx>[], target: Tx): void {
  for (const [writer, method, args] of intents) {
    // Writer, method and arguments match, but the compiler cannot see that in a union of tuples.
    const act = target[writer] as Record<typeof method, Call>
    act[method](...(args as readonly unknown[]))
  }
}
