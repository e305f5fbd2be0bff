import type { Log } from '@atoll/process'
import type { EventFeed } from '../events/event-feed.ts'
import type { WriteCheck } from '../repos/write/write-check.ts'
import type { SignUpCheck } from '../sign-ups/sign-up-check.ts'
import { CommitReports } from './commit-reports.ts'
import type { Hooks } from './hooks.ts'
import { signUpCheck } from './sign-up-check.ts'
import { writeCheck } from './write-check.ts'

const beforeWriteTimeoutMs = 5_000
const beforeSignUpTimeoutMs = 5_000
const afterCommitTimeoutMs = 30_000

/** The hooks as the server calls them. Those that there are not cost nothing. */
export interface OpenHooks {
  readonly check: WriteCheck | undefined
  readonly checkSignUp: SignUpCheck | undefined
  /** Resolves when every commit so far was reported. */
  settled(): Promise<void>
  close(): Promise<void>
}

interface OpenHooksDeps {
  readonly hooks: Hooks | undefined
  readonly events: EventFeed
  readonly log: Pick<Log, 'error'>
}

export async function openHooks({ hooks = {}, events, log }: OpenHooksDeps): Promise<OpenHooks> {
  const { beforeWrite, beforeSignUp, afterCommit } = hooks
  const reports =
    afterCommit &&
    new CommitReports(await events.last(), {
      events,
      hook: afterCommit,
      timeoutMs: hooks.afterCommitTimeoutMs ?? afterCommitTimeoutMs,
      onError: (message, facts) => log.error(message, facts),
    })
  return {
    check:
      beforeWrite &&
      writeCheck({
        hook: beforeWrite,
        timeoutMs: hooks.beforeWriteTimeoutMs ?? beforeWriteTimeoutMs,
        onError: (error) => log.error('a hook was too slow', { err: error }),
      }),
    checkSignUp:
      beforeSignUp &&
      signUpCheck({
        hook: beforeSignUp,
        timeoutMs: hooks.beforeSignUpTimeoutMs ?? beforeSignUpTimeoutMs,
        onError: (error) => log.error('a hook was too slow', { err: error }),
      }),
    settled: async () => reports?.settled(),
    close: async () => reports?.close(),
  }
}
