import type { ValueMap } from '@atoll/data-model'

/** A member of a union: the type `T`, with its name in `$type`. */
export type Variant<T, Name extends string> = { $type: Name } & T

/** Any other member of an open union: one that this version of the schema does not know. */
export type UnknownVariant = ValueMap & { $type: UnknownTypeName }

/** A type name that is none of the known ones. Branded, so that comparing `$type` with a known name narrows the union. */
export type UnknownTypeName = string & { readonly [unknownTypeName]: never }
declare const unknownTypeName: unique symbol
