import { BrandedError } from '@atoll/brand'
import { indexText, moduleText } from './codegen/module-text.ts'
import { NameCollisionError } from './codegen/name-collision-error.ts'
import { groupOf, moduleName } from './codegen/names.ts'
import type { ImportExtension } from './codegen/surroundings.ts'
import type { LexiconDoc } from './document/document.ts'
import { splitReference, typeName } from './document/references.ts'
import { referencesOf } from './document/referred-documents.ts'

export { GENERATED_MARK } from './codegen/module-text.ts'
export { NameCollisionError } from './codegen/name-collision-error.ts'
export type { ImportExtension } from './codegen/surroundings.ts'

/** How generated modules reach each other, and the modules of other packages. */
export interface GenerateOptions {
  /** What the names of files have in imports: `.js`, as compiled, unless something else is said. */
  readonly importExtension?: ImportExtension
  /** Documents of other packages that may be referred to. Nothing is generated for these. */
  readonly imports?: Iterable<ImportedDocument>
}

/** A document that another package has a module for. */
export interface ImportedDocument {
  readonly document: LexiconDoc
  /** What its module is imported as: `@atoll/lexicons/com.atproto.repo`. */
  readonly module: string
}

/**
 * Generates one module for each group of NSIDs, and an index. The result maps file names to texts,
 * in a fixed order. Whatever one of them refers to must be among them or be imported; of two
 * imported documents with one NSID, the first counts.
 *
 * @throws UnknownReferenceError, NameCollisionError
 */
export function generate(documents: Iterable<LexiconDoc>, options: GenerateOptions = {}): Map<string, string> {
  const { importExtension = '.js', imports = [] } = options
  const sorted = Array.from(documents).sort((a, b) => (a.id < b.id ? -1 : 1))
  const known = new Map<string, LexiconDoc>(sorted.map((document) => [document.id, document]))
  const foreign = new Map<string, string>()
  for (const { document, module } of imports) {
    if (known.has(document.id)) continue
    known.set(document.id, document)
    foreign.set(document.id, module)
  }
  for (const document of sorted) requireReferred(document, known)
  const groups = Map.groupBy(sorted, ({ id }) => groupOf(id))
  refuseAlike(groups.keys())
  const files = new Map<string, string>()
  for (const [group, members] of groups) {
    files.set(`${moduleName(group)}.ts`, moduleText(group, members, { importExtension, foreign }))
  }
  files.set('index.ts', indexText(Array.from(groups.keys()), sorted, importExtension))
  return files
}

/** Thrown when a document refers to what is neither given nor imported. */
export class UnknownReferenceError extends BrandedError {
  static override readonly brand: string = 'atoll.lexicon.UnknownReferenceError'
  override name = 'UnknownReferenceError'
  /** The document or definition that is not known: `com.example.defs#view`. */
  readonly type: string
  readonly referredBy: string

  constructor(type: string, referredBy: string, isDocument: boolean) {
    const { nsid } = splitReference(type, referredBy)
    super(
      isDocument
        ? `${referredBy} refers to ${type}, and ${nsid} has no such definition`
        : `${referredBy} refers to ${nsid}, which is not among the documents. Add its document ` +
            `(\`atoll-lexicon install ${nsid}\` fetches a published one), or import a package that has it (--import)`,
    )
    this.type = type
    this.referredBy = referredBy
  }
}

/** Many file systems take names that differ in letter case alone for one. */
function refuseAlike(groups: Iterable<string>): void {
  const seen = new Map<string, string>()
  for (const group of groups) {
    const other = seen.get(group.toLowerCase())
    if (other !== undefined) {
      throw new NameCollisionError(`the modules of ${other} and ${group} would be one file where case does not count`)
    }
    seen.set(group.toLowerCase(), group)
  }
}

function requireReferred(document: LexiconDoc, known: ReadonlyMap<string, LexiconDoc>): void {
  for (const reference of referencesOf(document)) {
    const { nsid, name } = reference
    const target = known.get(nsid)
    if (target !== undefined && Object.hasOwn(target.defs, name)) continue
    throw new UnknownReferenceError(typeName(reference), document.id, target !== undefined)
  }
}
