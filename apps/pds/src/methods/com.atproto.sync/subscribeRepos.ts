import type { subscribeRepos as method } from '@atoll/lexicons/com.atproto.sync'
import { ConsumerTooSlowError, FutureCursorError, type Sequencer } from '@atoll/sequencer'
import { encodeMessageFrame } from '@atoll/xrpc'
import type { StreamHandler } from '@atoll/xrpc-server'
import { Refused } from '../../refused.ts'

export function subscribeRepos({
  sequencer,
}: {
  sequencer: Pick<Sequencer, 'subscribe'>
}): StreamHandler<typeof method> {
  return async function* ({ params, signal, fail }) {
    const outdated = encodeMessageFrame('#info', {
      name: 'OutdatedCursor',
      message: 'Requested cursor exceeded limit. Possibly missing events',
    })
    try {
      yield* sequencer.subscribe({ cursor: params.cursor, signal, outdated, onTooSlow: () => fail(tooSlow()) })
    } catch (error) {
      if (error instanceof FutureCursorError) throw new Refused('FutureCursor', 'Cursor in the future.')
      if (error instanceof ConsumerTooSlowError) throw tooSlow()
      throw error
    }
  }
}

function tooSlow(): Refused {
  return new Refused('ConsumerTooSlow', 'Stream consumer too slow')
}
