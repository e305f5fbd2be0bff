declare const brand: unique symbol

/** A string that has been checked: only this package's guards and parsers make one. */
export type Branded<Names extends string> = string & { readonly [brand]: { readonly [Name in Names]: true } }
