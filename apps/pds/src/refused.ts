import type { ErrorName } from '@atoll/lexicons'
import { type GeneralErrorName, XrpcError, type XrpcErrorOptions } from '@atoll/xrpc'
import type { UndeclaredErrorName } from './undeclared-errors.ts'

/**
 * A refusal by an area, with a sentence that a person can act on. A handler uses the `refuse` of
 * its call instead, which takes only the names that its own method declares. An area does not know
 * which method called it: the router checks its names while it validates outputs
 * (`undeclaredErrors`).
 */
export class Refused extends XrpcError {
  constructor(
    name: ErrorName | GeneralErrorName | UndeclaredErrorName,
    message: string,
    options?: Pick<XrpcErrorOptions, 'headers' | 'status'>,
  ) {
    super(name, message, options)
  }
}
