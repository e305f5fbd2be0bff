import type { SignUpCheck } from '../sign-ups/sign-up-check.ts'
import { askHook } from './ask-hook.ts'
import type { Hooks } from './hooks.ts'

interface SignUpCheckDeps {
  readonly hook: NonNullable<Hooks['beforeSignUp']>
  readonly timeoutMs: number
  /** Told of an answer that came too late. */
  readonly onError: (error: unknown) => void
}

/** The check that asks a hook. */
export function signUpCheck(deps: SignUpCheckDeps): SignUpCheck {
  const hook = { name: 'beforeSignUp', ...deps }
  return (applicant) => askHook(hook, applicant, { about: applicant.handle, what: 'The sign-up' })
}
