import type { Definition, LexiconDoc } from '../document/document.ts'
import { splitReference } from '../document/references.ts'

/** Finds other documents by their NSID. */
export type FindDocument = (nsid: string) => LexiconDoc | undefined

/** A reference leads to something that holds data; a member of a union is always an object. */
export function lintReference(
  reference: string,
  { home, find, within }: { home: LexiconDoc; find: FindDocument | undefined; within: 'ref' | 'union' },
  report: (message: string) => void,
): void {
  const { nsid, name } = splitReference(reference, home.id)
  const document = nsid === home.id ? home : find?.(nsid)
  if (document === undefined) {
    if (find !== undefined) report(`leads to ${nsid}, which is not known`)
    return
  }
  const target = Object.hasOwn(document.defs, name) ? document.defs[name] : undefined
  if (target === undefined) report('leads to nothing')
  else if (!isAllowed(target, within)) report(`leads to a ${target.type}`)
}

function isAllowed({ type }: Definition, within: 'ref' | 'union'): boolean {
  if (type === 'object' || type === 'record') return true
  const holdsNoData = ['token', 'query', 'procedure', 'subscription', 'permission-set']
  return within === 'ref' && !holdsNoData.includes(type)
}
