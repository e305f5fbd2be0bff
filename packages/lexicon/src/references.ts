const MAIN = 'main'

/** A reference taken apart. */
export interface Reference {
  readonly nsid: string
  readonly name: string
}

/** Reads `com.example.defs#view`, `com.example.defs` (its `main`) or, within document `home`, `#view`. */
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
