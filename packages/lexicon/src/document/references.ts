import { isNsid } from '@atoll/syntax'

const MAIN = 'main'

/** A reference taken apart. */
export interface Reference {
  readonly nsid: string
  readonly name: string
}

/**
 * Reads `com.example.defs#view`, `com.example.defs` (its `main`) or, within document `home`,
 * `#view`.
 */
export function splitReference(reference: string, home: string): Reference {
  const at = reference.indexOf('#')
  if (at < 0) return { nsid: reference, name: MAIN }
  return { nsid: at === 0 ? home : reference.slice(0, at), name: reference.slice(at + 1) }
}

/** The one spelling that `$type` has for a definition: `main` is never written. */
export function typeName({ nsid, name }: Reference): string {
  return name === MAIN ? nsid : `${nsid}#${name}`
}

/** The full type name of a reference made within document `home`. */
export function resolveTypeName(reference: string, home: string): string {
  return typeName(splitReference(reference, home))
}

/** Whether text is a reference: an NSID, a definition's name after `#`, or both. */
export function isReference(text: string): boolean {
  const { nsid, name } = splitReference(text, 'a.local.reference')
  return isNsid(nsid) && isDefinitionName(name)
}

/** Whether a definition may be called so. */
export function isDefinitionName(name: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9_-]*$/.test(name)
}
