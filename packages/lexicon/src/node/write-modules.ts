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
 * Compares a folder with what was generated. Files that nobody generated are not looked at.
 *
 * @throws CommandError when such a file stands where a module must be written
 */
export function compareModules(folder: string, files: ReadonlyMap<string, string>): ModuleChanges {
  const there = new Map(modulesOf(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  const inTheWay = Array.from(files.keys()).filter((name) => !isGenerated(there.get(name) ?? GENERATED_MARK))
  if (inTheWay.length > 0) {
    const paths = inTheWay.map((name) => join(folder, name)).join(', ')
    throw new CommandError(
      `not generated, and in the way: ${paths}. Nothing was written. Move ${inTheWay.length === 1 ? 'it' : 'them'} ` +
        'elsewhere, or give the generated modules a folder of their own',
    )
  }
  return {
    written: Array.from(files.keys()).filter((name) => plainBreaks(there.get(name)) !== files.get(name)),
    removed: Array.from(there.keys()).filter((name) => !files.has(name) && isGenerated(there.get(name)!)),
  }
}

/** Makes a folder hold what was generated; the folder is made if need be. */
export function writeModules(folder: string, files: ReadonlyMap<string, string>, changes: ModuleChanges): void {
  mkdirSync(folder, { recursive: true })
  for (const name of changes.written) writeFileSync(join(folder, name), files.get(name)!)
  for (const name of changes.removed) rmSync(join(folder, name))
}

function modulesOf(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map(({ name }) => name)
}

function isGenerated(text: string): boolean {
  return text.startsWith(GENERATED_MARK)
}

/** A checkout may have given the lines other ends. */
function plainBreaks(text: string | undefined): string | undefined {
  return text?.replaceAll('\r\n', '\n')
}
