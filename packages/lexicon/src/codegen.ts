import { BrandedError } from '@atoll/brand'
import { indexText, moduleText } from './codegen/module-text.ts'
import { groupOf } from './codegen/names.ts'
import type { ImportExtension } from './codegen/surroundings.ts'
import type { LexiconDoc } from './document/document.ts'
import { referredDocuments } from './document/referred-documents.ts'

export { GENERATED_MARK } from './codegen/module-text.ts'
export type { ImportExtension } from './codegen/surroundings.ts'

/** How generated modules reach each other, and the modules of other packages. */
export interface GenerateOptions {
  /** What the names of files have in imports: `.js`, as compiled, unless something else is said. */
  readonly importExtension?: ImportExtension
  /**
   * Where the documents of other packages have their modules: a specifier such as
   * `@atoll/lexicons/com.atproto.repo` for the NSID of each. Nothing is generated for these.
   */
  readonly imports?: ReadonlyMap<string, string>
}

/**
 * Generates one module for each group of NSIDs, and an index. The result maps file names to texts,
 * in a fixed order. Every document that one of them refers to must be among them or be imported.
 *
 * @throws MissingDocumentError
 */
export function generate(documents: Iterable<LexiconDoc>, options: GenerateOptions = {}): Map<string, string> {
  const { importExtension = '.js', imports = new Map() } = options
  const sorted = Array.from(documents).sort((a, b) => (a.id < b.id ? -1 : 1))
  const own = new Set<string>(sorted.map(({ id }) => id))
  for (const document of sorted) requireReferred(document, (nsid) => own.has(nsid) || imports.has(nsid))
  const foreign = new Map(Array.from(imports).filter(([nsid]) => !own.has(nsid)))
  const groups = Map.groupBy(sorted, ({ id }) => groupOf(id))
  const files = new Map<string, string>()
  for (const [group, members] of groups) {
    files.set(`${group}.ts`, moduleText(group, members, { importExtension, foreign }))
  }
  files.set('index.ts', indexText(Array.from(groups.keys()), sorted, importExtension))
  return files
}

/** Thrown when a document refers to one that is neither given nor imported. */
export class MissingDocumentError extends BrandedError {
  static override readonly brand: string = 'atoll.lexicon.MissingDocumentError'
  override name = 'MissingDocumentError'
  readonly nsid: string
  readonly referredBy: string

  constructor(nsid: string, referredBy: string) {
    super(
      `${referredBy} refers to ${nsid}, which is not among the documents. Add its document ` +
        `(\`atoll-lexicon install ${nsid}\` fetches a published one), or import a package that has it (--import)`,
    )
    this.nsid = nsid
    this.referredBy = referredBy
  }
}

function requireReferred(document: LexiconDoc, isKnown: (nsid: string) => boolean): void {
  const missing = referredDocuments(document).find((nsid) => !isKnown(nsid))
  if (missing !== undefined) throw new MissingDocumentError(missing, document.id)
}
