import type { Reference } from '../references.ts'

/** The group of an NSID: `com.atproto.sync` for `com.atproto.sync.getRepo`. One module holds a group. */
export function groupOf(nsid: string): string {
  return nsid.slice(0, nsid.lastIndexOf('.'))
}

/** What a document is called within its group: `getRepo`. */
export function documentName(nsid: string): string {
  return nsid.slice(nsid.lastIndexOf('.') + 1)
}

/** The constant that holds a document. */
export function sourceName(nsid: string): string {
  return `${documentName(nsid)}Document`
}

/** The name by which one group's module imports another's: `comAtprotoSync`. */
export function groupAlias(group: string): string {
  return group.replaceAll(/[.-]+(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** The name of the type for a definition: `Label` from `…label.defs#label`, `Post`, `PostReplyRef`. */
export function typeNameOf({ nsid, name }: Reference): string {
  return pascalCase(valueNameOf({ nsid, name }))
}

/** The name of the constant for a definition, within its group. */
export function valueNameOf({ nsid, name }: Reference): string {
  const document = documentName(nsid)
  if (name === 'main') return document
  return document === 'defs' ? name : document + pascalCase(name)
}

export function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
