import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GENERATED_MARK } from '../codegen.ts'
import { CommandError } from './command-error.ts'

/** What would change in a folder of modules. */
export interface ModuleChanges {
  /** Modules whose text is another, or that are not there. */
  readonly written: readonly string[]
  /** Generated modules that no document accounts for any more. */
  readonly removed: readonly string[]
}

/**
 * Compares a folder with what was generated. What nobody generated is not looked at.
 *
 * @throws CommandError when something of that kind stands where a module must be written
 */
export function compareModules(folder: string, files: ReadonlyMap<string, string>): ModuleChanges {
  const there = modulesOf(folder)
  const inTheWay = Array.from(files.keys()).filter((name) => there.has(name) && !isGenerated(there.get(name)))
  if (inTheWay.length > 0) {
    const paths = inTheWay.map((name) => join(folder, name)).join(', ')
    throw new CommandError(
      `not generated, and in the way: ${paths}. Nothing was written. Move ${inTheWay.length === 1 ? 'it' : 'them'} ` +
        'elsewhere, or give the generated modules a folder of their own',
    )
  }
  return {
    written: Array.from(files.keys()).filter((name) => plainBreaks(there.get(name)) !== files.get(name)),
    removed: Array.from(there.keys()).filter((name) => !files.has(name) && isGenerated(there.get(name))),
  }
}

/** Makes a folder hold what was generated; the folder is made if need be. */
export function writeModules(folder: string, files: ReadonlyMap<string, string>, changes: ModuleChanges): void {
  mkdirSync(folder, { recursive: true })
  for (const name of changes.written) writeFileSync(join(folder, name), files.get(name)!)
  for (const name of changes.removed) rmSync(join(folder, name))
}

/**
 * The texts of the modules in a folder; undefined for what is no file of its own, such as a link,
 * through which a module would be written to somewhere else.
 */
function modulesOf(folder: string): Map<string, string | undefined> {
  if (!existsSync(folder)) return new Map()
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => name.endsWith('.ts'))
  return new Map(
    entries.map((entry) => [entry.name, entry.isFile() ? readFileSync(join(folder, entry.name), 'utf8') : undefined]),
  )
}

function isGenerated(text: string | undefined): boolean {
  return text?.startsWith(GENERATED_MARK) ?? false
}

/** A checkout may have given the lines other ends. */
function plainBreaks(text: string | undefined): string | undefined {
  return text?.replaceAll('\r\n', '\n')
}
