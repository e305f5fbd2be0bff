import { existsSync, readFileSync } from 'node:fs'
import { type LexiconDoc, parseLexicon, referredDocuments } from '@atoll/lexicon'
import { CommandError, readDocuments, readPublishedLexicons } from '@atoll/lexicon/node'
import type { Nsid } from '@atoll/syntax'
import { type LexiconNetwork, type PublishedLexicon, resolveLexicon } from '../resolve-lexicon.ts'
import { resolveWithReferences } from '../resolve-with-references.ts'
import { documentFile, fileState, removeDocument, writeDocument } from './installed-files.ts'
import { type Installed, readManifest, writeManifest } from './manifest.ts'

export interface InstallOptions {
  /** To be installed, beside what the manifest names. */
  readonly lexicons?: readonly Nsid[]
  /** The folder of documents. */
  readonly folder: string
  /** The file that says what was installed, and from where. */
  readonly manifest: string
  /** Packages whose documents are not installed, beside those that the manifest names. */
  readonly imports?: readonly string[]
  /** Ask for everything again, and replace what was published anew. */
  readonly update?: boolean
  /** Write nothing. */
  readonly check?: boolean
  readonly network: LexiconNetwork
}

/** What installing did, or with `check` would do. */
export interface InstallReport {
  /** How many documents are installed now. */
  readonly installed: number
  /** Documents that were written. */
  readonly added: readonly Nsid[]
  /** Documents that were replaced by what is published now. */
  readonly updated: readonly Nsid[]
  /** Documents that nothing refers to any more. */
  readonly removed: readonly Nsid[]
  /** Documents that another account publishes now than when they were installed. */
  readonly moved: readonly Nsid[]
}

/**
 * Installs published documents into a folder: those asked for, those that the project's own
 * documents refer to, and what these refer to in turn. What is installed already is not asked for
 * again, unless it is to be updated. Nothing is written unless everything can be had.
 *
 * @throws CommandError for what stands in the way, LexiconResolutionError for what cannot be had
 */
export async function installLexicons(options: InstallOptions): Promise<InstallReport> {
  const { folder, update = false, check = false, network } = options
  const before = readManifest(options.manifest)
  const imports = Array.from(new Set([...before.imports, ...(options.imports ?? [])]))
  const lexicons = Array.from(new Set([...before.lexicons, ...(options.lexicons ?? [])]))
  refuseChanged(folder, before.installed)
  const own = readOwnDocuments(folder, before.installed)
  const imported = new Map(imports.map((name) => [name, documentsOf(name, folder)]))
  const isKnown = (nsid: Nsid) => own.has(nsid) || Array.from(imported.values()).some((nsids) => nsids.has(nsid))
  refuseKnown(lexicons, own, imported)

  const referred = Array.from(own.values()).flatMap(referredDocuments)
  const roots = new Set([...lexicons, ...referred.filter((nsid) => !isKnown(nsid))])
  const find = async (nsid: Nsid): Promise<Found> => {
    const file = documentFile(folder, nsid)
    if (!update && before.installed.has(nsid) && existsSync(file)) return { document: readDocument(file) }
    const published = await resolveLexicon(nsid, network)
    return { document: published.document, published }
  }
  const found = await resolveWithReferences(roots, find, { isKnown })
  if (!update) refuseRepublished(found, before.installed)

  const installed = new Map(found.map((lexicon) => [lexicon.document.id, entryOf(lexicon, before.installed)]))
  const report = compare(folder, before.installed, installed)
  if (check) return report
  // In this order, whatever ends the program leaves documents that are missing: those are fetched
  // the next time. One that the manifest does not know would be taken for the project's own.
  for (const nsid of [...report.removed, ...report.updated]) removeDocument(documentFile(folder, nsid))
  writeManifest(options.manifest, { lexicons, imports, installed })
  for (const { document, published } of found) {
    if (published !== undefined) writeDocument(documentFile(folder, document.id), published.record)
  }
  return report
}

/** A document that is in the folder already, or one that was resolved. */
interface Found {
  readonly document: LexiconDoc
  readonly published?: PublishedLexicon
}

type InstalledMap = ReadonlyMap<Nsid, Installed>

function readDocument(file: string): LexiconDoc {
  return parseLexicon(JSON.parse(readFileSync(file, 'utf8')))
}

/** The documents of the folder that nobody installed. */
function readOwnDocuments(folder: string, installed: InstalledMap): Map<Nsid, LexiconDoc> {
  const documents = existsSync(folder) ? readDocuments(folder) : []
  return new Map(documents.filter(({ id }) => !installed.has(id)).map((document) => [document.id, document]))
}

function documentsOf(name: string, folder: string): Set<string> {
  return new Set(readPublishedLexicons(name, folder).map(({ document }) => document.id))
}

function refuseChanged(folder: string, installed: InstalledMap): void {
  const files = Array.from(installed, ([nsid, { cid }]) => ({ file: documentFile(folder, nsid), cid }))
  const changed = files.filter(({ file, cid }) => fileState(file, cid) === 'changed').map(({ file }) => file)
  if (changed.length === 0) return
  throw new CommandError(
    `changed since installed: ${changed.join(', ')}. Nothing was written. Delete what was changed and install again; ` +
      'a document of your own needs an NSID of your own',
  )
}

function refuseKnown(
  lexicons: readonly Nsid[],
  own: ReadonlyMap<Nsid, LexiconDoc>,
  imported: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  for (const nsid of lexicons) {
    if (own.has(nsid)) throw new CommandError(`${nsid} is there already, and was not installed: nothing was written`)
    for (const [name, nsids] of imported) {
      if (nsids.has(nsid)) throw new CommandError(`${nsid} need not be installed: ${name} has it, and is imported`)
    }
  }
}

function refuseRepublished(found: readonly Found[], installed: InstalledMap): void {
  for (const { document, published } of found) {
    const known = installed.get(document.id)
    if (published === undefined || known === undefined || published.cid.toString() === known.cid) continue
    throw new CommandError(
      `${document.id} was published anew since it was installed: ${published.uri} is now ${published.cid}, and was ` +
        `${known.cid}. Nothing was written. --update takes what is published now`,
    )
  }
}

function entryOf({ document, published }: Found, installed: InstalledMap): Installed {
  if (published === undefined) return installed.get(document.id)! // it was read because it is there
  return { uri: published.uri, cid: published.cid.toString() }
}

function compare(folder: string, before: InstalledMap, now: InstalledMap): InstallReport {
  const nsids = Array.from(now.keys()).sort()
  const isThere = (nsid: Nsid) => before.has(nsid) && existsSync(documentFile(folder, nsid))
  const differs = (nsid: Nsid, field: keyof Installed) => before.get(nsid)?.[field] !== now.get(nsid)?.[field]
  return {
    installed: nsids.length,
    added: nsids.filter((nsid) => !isThere(nsid)),
    updated: nsids.filter((nsid) => isThere(nsid) && differs(nsid, 'cid')),
    removed: Array.from(before.keys()).filter((nsid) => !now.has(nsid)),
    moved: nsids.filter((nsid) => before.has(nsid) && differs(nsid, 'uri')),
  }
}
