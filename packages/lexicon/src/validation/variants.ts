import type { ValueMap } from '@atoll/data-model'

/** A member of a union: the type `T`, with its name in `$type`. */
export type Variant<T, Name extends string> = { $type: Name } & T

/** Any other member of an open union: one that this version of the schema does not know. */
export type UnknownVariant = ValueMap & { $type: UnknownTypeName }

// A string that is no literal: comparing `$type` with a known name then leaves this variant out. A
// branded string would not.
declare enum Unnamed {
  typeName = '',
}

/** A type name other than the known ones. */
export type UnknownTypeName = Unnamed
