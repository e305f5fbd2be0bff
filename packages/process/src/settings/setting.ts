import { BrandedError } from '@atoll/brand'

/** One setting: the variable that carries it, how its text becomes a value, and what it means. */
export interface Setting<T> {
  readonly variable: string
  /** What the documentation calls its values. */
  readonly kind: string
  readonly meaning: string
  /** Whether messages must not repeat it. */
  readonly secret: boolean
  /**
   * The default as the documentation shows it: empty if there is none, `required` if it must be
   * set.
   */
  readonly defaultText: string
  /**
   * The value of `text`, which is undefined when the variable is unset or empty.
   *
   * @throws InvalidSettingError
   */
  read(text: string | undefined): T
}

/** Settings by name, in groups. */
export type Schema = { readonly [key: string]: Setting<unknown> | Schema }

/** The values of a schema's settings. */
export type Values<S> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : Values<S[K]> }

/** The values of a schema's settings, undefined for those that could not be read. */
export type PartialValues<S> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T | undefined : PartialValues<S[K]>
}

/** The rest of a sentence that begins with the name of a variable: what is wrong with its value. */
export class InvalidSettingError extends BrandedError {
  static override readonly brand: string = 'atoll.process.InvalidSettingError'
  override name = 'InvalidSettingError'
}

/** Every setting of `schema`, in its order. */
export function settingsOf(schema: Schema): Setting<unknown>[] {
  return Object.values(schema).flatMap((member) => (isSetting(member) ? [member] : settingsOf(member)))
}

export function isSetting(member: Setting<unknown> | Schema): member is Setting<unknown> {
  return typeof member['read'] === 'function'
}
