import type { Statement } from './statement.ts'

/** One execution that a routine asks its host for. */
export interface Step {
  readonly statement: Statement<never, unknown>
  readonly values: { readonly [name: string]: unknown }
  /** What the host returns: the first row, all rows, or the number of rows changed. */
  readonly wants: 'first' | 'all' | 'changes'
  /** With `all`: reading ends with the first row for which this is true. */
  readonly isEnough?: (row: unknown) => boolean
}

/**
 * Work on the database as a sequence of executions. It knows neither a driver nor whether
 * executions are synchronous: SQLite runs a routine to its end within one call, PostgreSQL awaits
 * each step, and a host may pause between steps.
 */
export type Routine<T> = Generator<Step, T, unknown>

export function* first<P extends object, R>(statement: Statement<P, R>, values: P): Routine<R | undefined> {
  return (yield step(statement, values, 'first')) as R | undefined
}

export function* all<P extends object, R>(statement: Statement<P, R>, values: P): Routine<R[]> {
  return (yield step(statement, values, 'all')) as R[]
}

/** Rows up to and including the first for which `isEnough` is true; later ones are not read. */
export function* until<P extends object, R>(
  statement: Statement<P, R>,
  values: P,
  isEnough: (row: R) => boolean,
): Routine<R[]> {
  // The rows are those of the statement.
  return (yield { ...step(statement, values, 'all'), isEnough: isEnough as Step['isEnough'] }) as R[]
}

/** Executes for its effect; returns the number of rows inserted, updated or deleted. */
export function* change<P extends object, R>(statement: Statement<P, R>, values: P): Routine<number> {
  return (yield step(statement, values, 'changes')) as number
}

function step<P extends object, R>(statement: Statement<P, R>, values: P, wants: Step['wants']): Step {
  // The signature made sure that the values fit the statement; a step no longer knows their types.
  return { statement: statement as Statement<never, unknown>, values: values as Step['values'], wants }
}

/** Runs a routine on a synchronous driver. Errors of the driver are thrown inside the routine. */
export function runRoutine<T>(routine: Routine<T>, execute: (step: Step) => unknown): T {
  let next = routine.next()
  while (!next.done) next = advance(routine, next.value, execute)
  return next.value
}

/** Executes one step of a routine and asks it for the next. */
export function advance<T>(routine: Routine<T>, step: Step, execute: (step: Step) => unknown): IteratorResult<Step, T> {
  let result: unknown
  try {
    result = execute(step)
  } catch (error) {
    return routine.throw(error)
  }
  return routine.next(result)
}

/** How stores read: the host runs the routine on the connection that it uses for reads. */
export type Run = <T>(routine: Routine<T>) => Promise<T>
