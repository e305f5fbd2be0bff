/** What a program is called with: its arguments, `--help` and `--version`. */

/** An argument that a program takes by its place. */
export interface ProgramArgument {
  readonly name: string
  /** What it is, and what it is when it is left out. */
  readonly meaning: string
}

/** A program, as `--help` describes it. */
export interface Program {
  /** The command. */
  readonly name: string
  readonly version: string
  /** What it does, in one sentence. */
  readonly summary: string
  /** In order; each may be left out. */
  readonly arguments?: readonly ProgramArgument[]
  /** What else a person should know, such as the settings. */
  readonly notes?: string
}

/** What a command line asks for: to run, or to print a text and end. */
export type CommandLine =
  | { readonly kind: 'run'; readonly values: readonly string[] }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'refuse'; readonly text: string }

/** Reads what follows the name of a program. Options that it does not have are refused. */
export function readCommandLine(program: Program, given: readonly string[]): CommandLine {
  const end = given.indexOf('--')
  const options = (end < 0 ? given : given.slice(0, end)).filter((each) => each.startsWith('-'))
  // Whoever asks for help may have another option wrong.
  if (options.some((option) => option === '--help' || option === '-h')) {
    return { kind: 'print', text: helpOf(program) }
  }
  if (options.includes('--version')) return { kind: 'print', text: `${program.name} ${program.version}` }
  const [unknown] = options
  if (unknown !== undefined) return refusal(program, `there is no option ${unknown}`)
  const values = given.filter((_, index) => index !== end)
  const surplus = values[program.arguments?.length ?? 0]
  if (surplus !== undefined) return refusal(program, `there is nothing to do with '${surplus}'`)
  return { kind: 'run', values }
}

/**
 * The arguments of this process. Prints what `--help` or `--version` asks for and ends the process
 * with 0; ends it with 2, after the reason and the usage, if the command line is wrong.
 */
export function programArguments(program: Program, given: readonly string[] = process.argv.slice(2)) {
  const line = readCommandLine(program, given)
  if (line.kind === 'run') return line.values
  if (line.kind === 'refuse') refuse(line.text)
  console.log(line.text)
  process.exit(0)
}

/** Ends the process with 2, after a reason and the usage: an argument is not what it should be. */
export function refuseArguments(program: Program, reason: string): never {
  return refuse(refusal(program, reason).text)
}

function refuse(text: string): never {
  console.error(text)
  process.exit(2)
}

function refusal(program: Program, reason: string): { readonly kind: 'refuse'; readonly text: string } {
  return {
    kind: 'refuse',
    text: `${program.name}: ${reason}\n${usageOf(program)}\n${program.name} --help says more.`,
  }
}

function usageOf({ name, arguments: args = [] }: Program): string {
  const optional = args.reduceRight((rest, each) => ` [${each.name}${rest}]`, '')
  return `Usage: ${name}${optional}`
}

function helpOf(program: Program): string {
  const rows = [
    ...(program.arguments ?? []).map((each) => [each.name, each.meaning] as const),
    ['-h, --help', 'prints this'] as const,
    ['--version', 'prints the version'] as const,
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const table = rows.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`).join('\n')
  const notes = program.notes === undefined ? '' : `\n\n${program.notes}`
  return `${program.summary}\n\n${usageOf(program)}\n\n${table}${notes}`
}
