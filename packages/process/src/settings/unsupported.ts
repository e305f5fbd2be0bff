import { type Environment, givenText } from './environment.ts'
import { parseFlag } from './kinds.ts'

/** Settings of other software, or of later versions, that this version does not support. */
export interface UnsupportedSetting {
  /** The variables; `*` at the end of one stands for anything. */
  readonly variables: readonly string[]
  /** What happens instead: the rest of a sentence, after a colon. */
  readonly instead: string
  /** Ignoring it would be unsafe, or lose data. */
  readonly isRefused?: boolean
}

export interface UnsupportedFound {
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
  /** Variables that were reported, or whose value changes nothing. */
  readonly known: ReadonlySet<string>
}

/**
 * Reports the variables of `env` that have no effect, except those whose value is "false": they ask
 * for nothing.
 */
export function findUnsupported(settings: readonly UnsupportedSetting[], env: Environment): UnsupportedFound {
  const problems: string[] = []
  const warnings: string[] = []
  const known = new Set<string>()
  for (const { variables, instead, isRefused } of settings) {
    const names = variables.flatMap((variable) => namesLike(variable, env))
    for (const name of names) known.add(name)
    const given = names.filter((name) => asksForSomething(givenText(env, name)))
    if (given.length === 0) continue
    const sentence = `${listed(given)} ${given.length > 1 ? 'are' : 'is'} not supported by this version: ${instead}`
    if (isRefused) problems.push(sentence)
    else warnings.push(sentence)
  }
  return { problems, warnings, known }
}

function namesLike(variable: string, env: Environment): string[] {
  if (!variable.endsWith('*')) return [variable]
  return Object.keys(env).filter((name) => name.startsWith(variable.slice(0, -1)))
}

function asksForSomething(text: string): boolean {
  return text !== '' && parseFlag(text) !== false
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
