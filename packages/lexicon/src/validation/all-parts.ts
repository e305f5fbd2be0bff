import { fieldLookup } from './field-lookup.ts'
import {
  atIdentifierFormat,
  atUriFormat,
  cidFormat,
  datetimeFormat,
  didFormat,
  handleFormat,
  languageFormat,
  nsidFormat,
  recordKeyFormat,
  tidFormat,
  uriFormat,
} from './formats.ts'
import {
  arrayKind,
  blobKind,
  booleanKind,
  bytesKind,
  cidLinkKind,
  integerKind,
  objectKind,
  recordKind,
  refKind,
  stringKind,
  unionKind,
  unknownKind,
} from './kinds.ts'
import type { Part } from './scope.ts'
import { graphemesMeasure, lengthMeasure } from './text-measures.ts'

let parts: Map<string, Part> | undefined

/** Finds what the schema language has, for documents that are known at run time alone. */
export function findPart(name: string): Part | undefined {
  parts ??= new Map(allParts().map((part) => [part.name, part]))
  return parts.get(name)
}

/** Whether a string format has this name. */
export function isFormatName(name: string): boolean {
  const part = findPart(name)
  return part !== undefined && 'phrase' in part
}

// Each by its name: a namespace that is imported as a whole stays whole in a bundle.
function allParts(): Part[] {
  return [
    ...[arrayKind, blobKind, booleanKind, bytesKind, cidLinkKind, integerKind, objectKind, recordKind, refKind],
    ...[stringKind, unionKind, unknownKind],
    ...[atIdentifierFormat, atUriFormat, cidFormat, datetimeFormat, didFormat, handleFormat, languageFormat],
    ...[nsidFormat, recordKeyFormat, tidFormat, uriFormat],
    ...[lengthMeasure, graphemesMeasure, fieldLookup],
  ]
}
