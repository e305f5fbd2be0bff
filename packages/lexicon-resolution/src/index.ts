export { LexiconResolutionError, type ResolutionFailure } from './errors.ts'
export {
  cidOfLexicon,
  type LexiconNetwork,
  type PublishedLexicon,
  type ResolveLexiconOptions,
  resolveLexicon,
} from './resolve-lexicon.ts'
export { type ReferenceOptions, resolveWithReferences } from './resolve-with-references.ts'
