import type { subscribeRepos as method } from '@atoll/lexicons/com.atproto.sync'
import { ConsumerTooSlowError, FutureCursorError, type Sequencer } from '@atoll/sequencer'
import type { StreamHandler } from '@atoll/xrpc-server'
import { outdatedCursor } from '../../events/outdated-cursor.ts'

interface Deps {
  sequencer: Pick<Sequencer, 'subscribe'>
}

export function subscribeRepos({ sequencer }: Deps): StreamHandler<typeof method> {
  return async function* ({ params, signal, fail, refuse }) {
    const outdated = outdatedCursor()
    const tooSlow = () => refuse('ConsumerTooSlow', 'Stream consumer too slow')
    try {
      yield* sequencer.subscribe({ cursor: params.cursor, signal, outdated, onTooSlow: () => fail(tooSlow()) })
    } catch (error) {
      if (error instanceof FutureCursorError) throw refuse('FutureCursor', 'Cursor in the future.')
      if (error instanceof ConsumerTooSlowError) throw tooSlow()
      throw error
    }
  }
}
