import type { ErrorName } from '@atoll/lexicons'
import { type GeneralErrorName, XrpcError, type XrpcErrorOptions } from '@atoll/xrpc'
import type { UndeclaredErrorName } from './undeclared-errors.ts'

/**
 * What the areas throw to refuse, with a sentence that a person can act on. A handler refuses with the
 * `refuse` of its call instead, which knows what its own method declares; that an area's name is right
 * for every method that leads to it is found by the router while it validates (`undeclaredErrors`).
 */
export class Refused extends XrpcError {
  constructor(
    name: ErrorName | GeneralErrorName | UndeclaredErrorName,
    message: string,
    options?: Pick<XrpcErrorOptions, 'headers'>,
  ) {
    super(name, message, options)
  }
}
