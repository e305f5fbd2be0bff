import type { MethodNames } from './storage.ts'

/** One call that a transaction noted down: which writer, which of its methods, with what. */
export type Intent<Tx> = {
  [W in keyof Tx]: { [M in keyof Tx[W]]: readonly [writer: W, method: M, args: ArgumentsOf<Tx[W][M]>] }[keyof Tx[W]]
}[keyof Tx]

/** What a method of a writer takes. */
export type ArgumentsOf<Method> = Method extends (...args: infer Args) => void ? Args : never

/** A transaction that only notes its calls down, for an adapter to replay when it commits. */
export type IntentRecorder<Tx> = Tx & { readonly intents: readonly Intent<Tx>[] }

type Call = (...args: readonly unknown[]) => void

/** Makes recorders of one kind of transaction, which `names` describes. */
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

/** Makes the noted calls on writers that act at once, in the order they were noted. */
export function replayIntents<Tx>(intents: readonly Intent<Tx>[], target: Tx): void {
  for (const [writer, method, args] of intents) {
    // The three belong together, which a union of tuples does not tell the compiler.
    const act = target[writer] as Record<typeof method, Call>
    act[method](...(args as readonly unknown[]))
  }
}
