import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  generate,
  type ImportExtension,
  type ImportedDocument,
  NameCollisionError,
  UnknownReferenceError,
} from '../codegen.ts'
import type { LexiconDoc } from '../document/document.ts'
import { lintLexicon } from '../lint/lint.ts'
import { CommandError, isCorrectable } from './command-error.ts'
import { readPublishedLexicons } from './published-lexicons.ts'
import { readDocuments } from './read-documents.ts'
import { compareModules, type ModuleChanges, writeModules } from './write-modules.ts'

const HELP = `Usage: COMMAND DOCUMENTS MODULES [options]

Writes TypeScript modules for lexicon documents: types, descriptions of methods and record types,
validators. One module for each group of NSIDs, and an index.

  DOCUMENTS  folder of documents: *.json, in folders below it too
  MODULES    folder of the modules, made if need be. Files there that were not generated stay

Options:
  --import PACKAGE  refer to documents that an installed package publishes, such as
                    @atoll/lexicons, instead of having them among DOCUMENTS. May be repeated
  --import-ext EXT  how modules import each other: .js (default), .ts or none
  --check           write nothing; fail when something would change
  --help            this text

Exit codes: 0 done, 1 refused or (--check) not up to date, 2 wrong arguments.
`

const extensions: { readonly [ext: string]: ImportExtension } = { '.js': '.js', '.ts': '.ts', none: '' }

/** What a command writes to. */
export interface CommandOutput {
  log(line: string): void
  error(line: string): void
}

/**
 * Runs the command that generates modules: `atoll-lexicon-codegen`, and `generate` of
 * `atoll-lexicon`. Returns the exit code.
 *
 * @param command what the command is called, for its help
 */
export function runCodegen(args: readonly string[], command: string, output: CommandOutput = console): number {
  let read: ReturnType<typeof readArguments>
  try {
    read = readArguments(args)
  } catch (error) {
    output.error(`${(error as Error).message}\nSee ${command} --help`)
    return 2
  }
  if (read === 'help') {
    output.log(HELP.replace('COMMAND', command).trimEnd())
    return 0
  }
  try {
    return run(read, output)
  } catch (error) {
    const isOfDocuments = error instanceof UnknownReferenceError || error instanceof NameCollisionError
    if (!isOfDocuments && !isCorrectable(error)) throw error
    output.error(error.message)
    return 1
  }
}

interface Arguments {
  readonly from: string
  readonly to: string
  readonly packages: readonly string[]
  readonly importExtension: ImportExtension
  readonly check: boolean
}

function readArguments(args: readonly string[]): Arguments | 'help' {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      import: { type: 'string', multiple: true, default: [] },
      'import-ext': { type: 'string', default: '.js' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  const [from, to, ...more] = positionals
  if (from === undefined || to === undefined || more.length > 0) {
    throw new Error('give two folders: one of documents, one for modules')
  }
  const importExtension = extensions[values['import-ext']]
  if (importExtension === undefined) throw new Error(`--import-ext is .js, .ts or none, not ${values['import-ext']}`)
  return { from, to, packages: values.import, importExtension, check: values.check }
}

function run({ from, to, packages, importExtension, check }: Arguments, output: CommandOutput): number {
  const documents = readDocuments(from)
  if (documents.length === 0) throw new CommandError(`there are no documents (*.json) in ${from}`)
  const published = packages.flatMap((name) => readPublishedLexicons(name, to))
  report(documents, published, output)
  const files = generate(documents, { importExtension, imports: published })
  const changes = compareModules(to, files)
  if (check) return reportCheck(from, to, changes, output)
  writeModules(to, files, changes)
  for (const name of changes.removed) output.log(`removed ${join(to, name)}: no document accounts for it`)
  output.log(`${files.size} modules in ${to}, ${changes.written.length} changed`)
  return 0
}

/** Says what can be read and is still wrong; that is no reason to refuse. */
function report(documents: readonly LexiconDoc[], published: readonly ImportedDocument[], output: CommandOutput): void {
  const all = [...published.map(({ document }) => document).reverse(), ...documents]
  const byNsid = new Map<string, LexiconDoc>(all.map((document) => [document.id, document]))
  for (const document of documents) {
    const issues = lintLexicon(document, { find: (nsid) => byNsid.get(nsid) })
    for (const { path, message } of issues) output.error(`${document.id} ${path} ${message}`)
  }
}

function reportCheck(from: string, to: string, { written, removed }: ModuleChanges, output: CommandOutput): number {
  for (const name of [...written, ...removed]) output.error(`${join(to, name)} is not what ${from} generates`)
  return written.length + removed.length === 0 ? 0 : 1
}
