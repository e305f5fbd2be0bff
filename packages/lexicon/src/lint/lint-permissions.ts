import { isLanguage, isNsid } from '@atoll/syntax'
import type { PermissionDefinition, PermissionSetDefinition } from '../document/document.ts'
import { schemas } from '../parse/language.ts'

/** Takes note of something wrong at a place. */
export type Report = (path: string, message: string) => void

const actions = ['create', 'update', 'delete']
const knownFields = ['type', 'description', ...Object.keys(schemas['permission']!).map((name) => name.replace('!', ''))]

/**
 * https://atproto.com/specs/lexicon#permission: what is unknown is not ignored by those who grant,
 * so it is pointed out.
 */
export function lintPermissionSet(set: PermissionSetDefinition, path: string, report: Report): void {
  for (const field of ['title:lang', 'detail:lang'] as const) {
    for (const language of Object.keys(set[field] ?? {})) {
      if (!isLanguage(language)) report(`${path}/${field}/${language}`, 'is not a language tag')
    }
  }
  set.permissions.forEach((permission, i) => {
    const place = `${path}/permissions/${i}`
    if (permission.resource === 'repo') lintRepo(permission, place, report)
    else if (permission.resource === 'rpc') lintRpc(permission, place, report)
    else report(`${place}/resource`, 'is not a resource that a permission set can grant')
  })
}

function lintRepo(permission: PermissionDefinition, path: string, report: Report): void {
  lintNsids(permission['collection'], `${path}/collection`, report)
  const given = permission['action']
  if (given !== undefined && !isListOf(given, (action) => actions.includes(action))) {
    report(`${path}/action`, `must be a list without repetition of ${actions.join(', ')}`)
  }
  lintFields(permission, ['collection', 'action'], path, report)
}

function lintRpc(permission: PermissionDefinition, path: string, report: Report): void {
  const { lxm, aud, inheritAud } = permission
  const isWild = Array.isArray(lxm) && lxm.includes('*')
  if (isWild) report(`${path}/lxm`, 'must name methods; * is for scopes alone')
  else lintNsids(lxm, `${path}/lxm`, report)
  if (inheritAud !== undefined && typeof inheritAud !== 'boolean') report(`${path}/inheritAud`, 'must be a boolean')
  if (aud === undefined && inheritAud !== true) report(`${path}/aud`, 'is missing, and inheritAud is not set')
  if (aud !== undefined && aud !== '*') report(`${path}/aud`, 'must be *: a set cannot name a service')
  lintFields(permission, ['lxm', 'aud', 'inheritAud'], path, report)
}

function lintNsids(value: unknown, path: string, report: Report): void {
  if (!isListOf(value, isNsid) || value.length === 0) report(path, 'must be a list of NSIDs, without repetition')
}

function lintFields(permission: PermissionDefinition, known: readonly string[], path: string, report: Report): void {
  for (const field of Object.keys(permission)) {
    if (!knownFields.includes(field) && !known.includes(field)) report(`${path}/${field}`, 'is not a known field')
  }
}

function isListOf(value: unknown, is: (item: string) => boolean): value is string[] {
  return (
    Array.isArray(value) &&
    value.every((item) => typeof item === 'string' && is(item)) &&
    new Set(value).size === value.length
  )
}
