import { FakeNodeSocket, type FakeSocket, ManualClock, settled, socketsOf } from '@atoll/testkit'
import { createFirehoseConsumer, type FirehoseConsumerOptions, type FirehoseNotice } from '../src/index.ts'
import { MemoryCursorStore, seqOf } from './events.ts'

/** A consumer whose network and clock are the test's, already connected. */
export async function follow(
  options: Partial<FirehoseConsumerOptions> & { stored?: number; kind?: new (url: string) => FakeSocket } = {},
) {
  const { stored, kind = FakeNodeSocket, ...others } = options
  const clock = new ManualClock()
  const { webSocket, latest, sockets } = socketsOf(kind)
  const store = new MemoryCursorStore(stored)
  const handled: number[] = []
  const notices: FirehoseNotice[] = []
  const consumer = createFirehoseConsumer({
    service: 'https://relay.test',
    cursorStore: store,
    onEvent: (event) => void handled.push(seqOf(event)),
    onNotice: (notice) => void notices.push(notice),
    webSocket,
    clock,
    random: () => 1,
    ...others,
  })
  let outcome: unknown
  const run = consumer.run().then(
    () => {
      outcome = 'ended'
    },
    (error: unknown) => {
      outcome = error
    },
  )
  await settled()
  return {
    consumer,
    clock,
    store,
    handled,
    notices,
    sockets,
    latest,
    run,
    /** What became of `run`: `undefined` while it goes on. */
    outcome: () => outcome,
    noticed: <K extends FirehoseNotice['kind']>(of: K) =>
      notices.filter((notice): notice is Extract<FirehoseNotice, { kind: K }> => notice.kind === of),
  }
}
