import * as formats from './formats.ts'
import * as kinds from './kinds.ts'
import type { Part } from './scope.ts'
import * as measures from './text-measures.ts'

let parts: Map<string, Part> | undefined

/** Finds what the schema language has, for documents that are known at run time alone. */
export function findPart(name: string): Part | undefined {
  parts ??= new Map(
    [kinds, formats, measures].flatMap((group) => Object.values<Part>(group).map((part) => [part.name, part])),
  )
  return parts.get(name)
}
