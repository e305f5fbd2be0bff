import type { Reference } from '../document/references.ts'

/**
 * The group of an NSID: `com.atproto.sync` for `com.atproto.sync.getRepo`. One module holds a
 * group.
 */
export function groupOf(nsid: string): string {
  return nsid.slice(0, nsid.lastIndexOf('.'))
}

/**
 * What the module of a group is called, without its extension: like the group, except that
 * `com.example.d.ts` would be a file of declarations.
 */
export function moduleName(group: string): string {
  return group.endsWith('.d') ? `${group}_` : group
}

/** What a document is called within its group: `getRepo`. */
export function documentName(nsid: string): string {
  return nsid.slice(nsid.lastIndexOf('.') + 1)
}

/** The constant that holds a document. */
export function sourceName(nsid: string): string {
  return `${documentName(nsid)}Document`
}

/** The constant that holds a definition as data. */
export function definitionName(reference: Reference): string {
  return `${baseName(reference)}Definition`
}

/** The name by which one group's module imports another's: `comAtprotoSync`. */
export function groupAlias(group: string): string {
  return group.replaceAll(/[.-]+(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** The name, or one like it that is not taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  return taken.has(name) ? freeName(`${name}$`, taken) : name
}

/**
 * The name of the type for a definition: `Label` from `…label.defs#label`, `Post`, `PostReplyRef`.
 */
export function typeNameOf(reference: Reference): string {
  return pascalCase(baseName(reference))
}

/** The name of the constant for a definition, within its group. */
export function valueNameOf(reference: Reference): string {
  const name = baseName(reference)
  return reserved.has(name) ? `${name}_` : name
}

function baseName({ nsid, name }: Reference): string {
  const document = documentName(nsid)
  if (name === 'main') return document
  return document === 'defs' ? name : document + pascalCase(name)
}

// Words that a schema may well be called by, and a constant may not.
const reserved: ReadonlySet<string> = /* @__PURE__ */ new Set(
  (
    'await break case catch class const continue debugger default delete do else enum export extends false finally for ' +
    'function if implements import in instanceof interface let new null package private protected public return static ' +
    'super switch this throw true try typeof var void while with yield arguments eval'
  ).split(' '),
)

export function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
