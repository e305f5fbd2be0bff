import type { BlockMap } from '@atoll/data-model'
import { type Commit, type CommitSlice, type SliceContext, type UnreadableRecord, verifySlice } from '@atoll/repo'
import type { Violation } from '../rules.ts'
import { isOldForm, judgeOldForm } from './judge-old-slice.ts'
import type { Refused } from './verdict.ts'

/** The repository part of a `#commit`. */
export type Slice = CommitSlice & { readonly blocks: BlockMap }

/** What the blocks of a `#commit` prove, signature aside. */
export interface JudgedSlice {
  readonly commit: Commit
  /** How it fails to continue what is remembered. */
  readonly gap?: Violation
  readonly warnings: readonly Violation[]
  readonly unreadable: readonly UnreadableRecord[]
}

/** Judges the commit, the tree, the operations and the chain. */
export function judgeSlice(slice: Slice, context: SliceContext, lenient: boolean): JudgedSlice | Refused {
  return lenient && isOldForm(slice) ? judgeOldForm(slice, context) : judge(slice, context)
}

export function judge(slice: Slice, context: SliceContext): JudgedSlice | Refused {
  const result = verifySlice(slice, context)
  if (result.ok) return { commit: result.commit, warnings: [], unreadable: result.unreadable }
  const { verdict, reason: rule, message: reason } = result.fault
  if (verdict !== 'resync') return { outcome: verdict, rule, reason }
  // The chain is looked at last, so the commit and the records have been read.
  return { commit: result.commit!, gap: { rule, reason }, warnings: [], unreadable: result.unreadable! }
}
