import { ConflictError } from '@atoll/storage'
import type { Did, Handle } from '@atoll/syntax'
import { first, type Routine } from '../routine.ts'
import { type Parameters, type Statement, statement } from '../statement.ts'

/** Values that only one account may have. */
interface UniqueValues {
  did: Did
  handle: Handle | null
  email: string | null
}

type Holders<P> = Statement<P, { did: Did }>

const carryingHandle = holdersOf('account', 'handle')
const carryingEmail = holdersOf('account', 'email')
const claimingHandle = holdersOf('claim', 'handle')
const claimingEmail = holdersOf('claim', 'email')
const claimingDid = statement((db, $: Parameters<{ did: Did }>) =>
  db.selectFrom('claim').select('did').where('did', '=', $('did')),
)

function holdersOf(table: 'account' | 'claim', column: 'handle' | 'email'): Holders<{ value: string }> {
  return statement((db, $: Parameters<{ value: string }>) =>
    db
      .selectFrom(table)
      .select('did')
      .where(column, '=', $('value') as Handle),
  )
}

/** Refuses a handle or an e-mail address that the account of another DID has. */
export function* refuseCarried(values: UniqueValues): Routine<void> {
  yield* refuseHeld(values, carryingHandle, carryingEmail)
}

/** Refuses a handle or an e-mail address that another DID has claimed. */
export function* refuseClaimed(values: UniqueValues): Routine<void> {
  yield* refuseHeld(values, claimingHandle, claimingEmail)
}

/** Refuses a DID that has a claim. */
export function* refuseClaimedDid(did: Did): Routine<void> {
  if (yield* first(claimingDid, { did })) throw new ConflictError('did', `${did} is claimed`)
}

function* refuseHeld(
  { did, handle, email }: UniqueValues,
  ofHandle: Holders<{ value: string }>,
  ofEmail: Holders<{ value: string }>,
): Routine<void> {
  const handleHolder = handle === null ? undefined : yield* first(ofHandle, { value: handle })
  if (handleHolder && handleHolder.did !== did) throw new ConflictError('handle', `handle is taken: ${handle}`)
  const emailHolder = email === null ? undefined : yield* first(ofEmail, { value: email })
  if (emailHolder && emailHolder.did !== did) throw new ConflictError('email', `email is taken: ${email}`)
}
