/** What the names of files end with where generated modules import each other. */
export type ImportExtension = '.js' | '.ts' | ''

/** What a generated module needs to know of others: where they are. */
export interface Surroundings {
  readonly importExtension: ImportExtension
  /** The modules of other packages, by the NSIDs of their documents. */
  readonly foreign: ReadonlyMap<string, string>
}
