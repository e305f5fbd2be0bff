import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseCid } from '@atoll/data-model'
import { CommandError } from '@atoll/lexicon/node'
import { isAtUri, isNsid, type Nsid } from '@atoll/syntax'

/** Where an installed document came from. */
export interface Installed {
  /** The record: `at://`, the account that published it, and its path. */
  readonly uri: string
  /** The CID of the record, by which the installed document can be checked. */
  readonly cid: string
}

/** What `lexicons.json` says: what was asked for, and what was installed for it. */
export interface LexiconsManifest {
  /** The documents that were asked for; others are there because these refer to them. */
  readonly lexicons: readonly Nsid[]
  /** Packages that publish lexicons: what they have is not installed. */
  readonly imports: readonly string[]
  readonly installed: ReadonlyMap<Nsid, Installed>
}

const VERSION = 1

/** Reads the manifest; an empty one when there is none yet. @throws CommandError */
export function readManifest(file: string): LexiconsManifest {
  if (!existsSync(file)) return { lexicons: [], imports: [], installed: new Map() }
  const json = parseFile(file)
  const { version, lexicons, imports = [], installed } = json
  if (version !== VERSION) throw unreadable(file, `its version is ${version}, and this program knows ${VERSION}`)
  if (!isListOf(lexicons, isNsid)) throw unreadable(file, '"lexicons" is no list of NSIDs')
  if (!isListOf(imports, isText)) throw unreadable(file, '"imports" is no list of packages')
  const entries = Object.entries(installed ?? {})
  for (const [nsid, entry] of entries) {
    if (!isNsid(nsid) || !isInstalled(entry)) throw unreadable(file, `what it says of ${nsid} has no uri and cid`)
  }
  return { lexicons, imports, installed: new Map(entries as [Nsid, Installed][]) }
}

/** Writes the manifest, in an order that depends on its content alone. */
export function writeManifest(file: string, { lexicons, imports, installed }: LexiconsManifest): void {
  const json = {
    version: VERSION,
    lexicons: [...lexicons].sort(),
    ...(imports.length > 0 ? { imports: [...imports].sort() } : {}),
    installed: Object.fromEntries(Array.from(installed).sort(([a], [b]) => (a < b ? -1 : 1))),
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(json, null, 2)}\n`)
}

function parseFile(file: string): { [name: string]: unknown } {
  try {
    return Object(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw unreadable(file, (error as Error).message)
  }
}

function unreadable(file: string, reason: string): CommandError {
  return new CommandError(`${file} cannot be read: ${reason}. Restore it, or delete it and install again`)
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(is)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isInstalled(value: unknown): value is Installed {
  const { uri, cid } = Object(value)
  return isAtUri(uri) && typeof cid === 'string' && isParsable(cid)
}

function isParsable(cid: string): boolean {
  try {
    return parseCid(cid) !== undefined
  } catch {
    return false
  }
}
