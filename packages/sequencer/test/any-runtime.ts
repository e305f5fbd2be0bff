// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { createSequencer } from '@atoll/sequencer'
import { MemoryPdsStorage } from '@atoll/storage'

const did = 'did:web:alice.test'
const time = '2024-03-05T12:34:56.789Z' as Parameters<MemoryPdsStorage['events']['trim']>[0]['before']

export async function scenario() {
  const storage = new MemoryPdsStorage()
  const append = (text: string) =>
    storage.transact(did, (tx) => {
      const bytes = Uint8Array.of(0, ...new TextEncoder().encode(`=${text}`))
      tx.events.append({ did, kind: 'identity', time, frame: { bytes, seqOffset: 0 } })
    })
  await append('stored')
  const sequencer = createSequencer({ events: storage.events })
  const frames = sequencer.subscribe({ cursor: 0 })
  const stored = await nextText(frames)
  const coming = nextText(frames)
  await append('live')
  const texts = [stored, await coming]
  await sequencer.close()
  return { texts, ended: (await frames.next()).done }
}

/** A frame ends with its text; the number before it depends on the time. */
async function nextText(frames: AsyncIterator<Uint8Array>): Promise<string> {
  const { value } = await frames.next()
  return new TextDecoder().decode(value).split('=').at(-1)!
}

export const expected = { texts: ['stored', 'live'], ended: true }
