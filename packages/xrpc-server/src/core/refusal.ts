/** Refusals under a name that callers of the method may know. */
import type { ErrorsOf, Method } from '@atoll/lexicon'
import { type GeneralErrorName, isGeneralError, XrpcError, type XrpcErrorOptions } from '@atoll/xrpc'
import { UndeclaredRefusalError } from '../http/errors.ts'

export interface RefusalOptions {
  /**
   * Error names that methods may refuse with although their lexicons do not declare them and they
   * are not general, by NSID. Where this is given and `validateOutput` is on, a refusal under any
   * other name is a fault: `onError` hears of it and the caller gets an InternalServerError.
   */
  undeclaredErrors?: Readonly<Record<string, readonly string[]>>
  /** Whether outputs are checked against the lexicon. Default: true. */
  validateOutput?: boolean
}

/**
 * Makes the refusal that a handler throws. Only names that its method declares, or general ones,
 * compile.
 */
export type Refuse<M extends Method> = (
  name: ErrorsOf<M> | GeneralErrorName,
  message: string,
  options?: Pick<XrpcErrorOptions, 'headers' | 'cause'>,
) => XrpcError

export const refuse: Refuse<Method> = (name, message, options) => new XrpcError(name, message, options)

/**
 * The error as it was thrown, or what it is instead when the method must not refuse under that
 * name. The compiler cannot see what is thrown further down than in the handler; this finds it in
 * tests.
 */
export function checkRefusal(
  thrown: unknown,
  { nsid, errors }: Method,
  { undeclaredErrors, validateOutput = true }: RefusalOptions,
): unknown {
  if (!undeclaredErrors || !validateOutput || !(thrown instanceof XrpcError)) return thrown
  const { error: name } = thrown
  const mayBeThrown = isGeneralError(name) || errors.includes(name) || undeclaredErrors[nsid]?.includes(name)
  return mayBeThrown ? thrown : new UndeclaredRefusalError(nsid, name, { cause: thrown })
}
