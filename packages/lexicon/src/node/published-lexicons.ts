import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, parse, resolve } from 'node:path'
import { groupOf, moduleName } from '../codegen/names.ts'
import type { ImportedDocument } from '../codegen.ts'
import { CommandError } from './command-error.ts'
import { readDocuments } from './read-documents.ts'

/**
 * Reads the documents of an installed package that publishes lexicons. Its manifest says so in
 * `atoll.lexicons`: `documents`, a folder of the package, and `modules`, the subpath of its exports
 * under which the generated modules are, with a star for the group.
 *
 * @param from a folder: packages are looked for in its `node_modules` and those above it
 * @throws CommandError when the package is not there, or publishes none
 */
export function readPublishedLexicons(name: string, from: string): ImportedDocument[] {
  const folder = packageFolder(name, from)
  const { documents, modules } = lexiconsField(name, folder)
  const path = join(folder, documents)
  if (!existsSync(path)) {
    throw new CommandError(
      `${name} says that its lexicons are in ${documents}, and there is no such folder in ${folder}`,
    )
  }
  return readDocuments(path).map((document) => ({
    document,
    module: name + modules.slice(1).replace('*', moduleName(groupOf(document.id))),
  }))
}

function packageFolder(name: string, from: string): string {
  if (!/^(?:@[\w.~-]+\/)?[\w~-][\w.~-]*$/.test(name)) {
    throw new CommandError(`${name} is not the name of a package, such as @atoll/lexicons`)
  }
  const { root } = parse(resolve(from))
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
    if (folder === root) throw new CommandError(`${name} is not installed: \`npm install ${name}\`, then try again`)
  }
}

function lexiconsField(name: string, folder: string): { documents: string; modules: string } {
  const { documents, modules } = readManifest(join(folder, 'package.json'))?.atoll?.lexicons ?? {}
  if (documents === undefined && modules === undefined) {
    throw new CommandError(
      `${name} does not publish lexicons: its package.json has no "atoll": { "lexicons": { "documents", "modules" } }. ` +
        'If its documents are elsewhere, copy them into your own folder of documents',
    )
  }
  if (!isSubpath(documents) || !isSubpath(modules) || modules.split('*').length !== 2) {
    throw new CommandError(
      `${name} says of its lexicons what cannot be read: "documents" must be a folder such as "./lexicons", ` +
        '"modules" a subpath of its exports such as "./*"',
    )
  }
  return { documents, modules }
}

/** What is read of a manifest, if it is there: of the values nothing is known. */
interface Manifest {
  readonly atoll?: { readonly lexicons?: { readonly documents?: unknown; readonly modules?: unknown } | null } | null
}

function readManifest(file: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

function isSubpath(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('./') && !value.split(/[/\\]/).includes('..')
}
