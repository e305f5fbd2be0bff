import { encodeCbor } from '@atoll/data-model'
import type { FuzzTarget } from '@atoll/testkit'
import { FrameError } from '../errors.ts'
import { decodeFrame, encodeErrorFrame, encodeMessageFrame } from './frames.ts'

const text = new TextEncoder()

/** Reads a frame; what was taken must come back the same when it is written again. */
function readAndWrite(bytes: Uint8Array): void {
  const frame = decodeFrame(bytes)
  if (frame.op === 'unknown') return
  const again =
    frame.op === 1 ? encodeMessageFrame(frame.type, frame.body) : encodeErrorFrame(frame.error, frame.message)
  const reread = decodeFrame(again)
  if (reread.op !== frame.op) throw new Error('written again, it is another frame')
  if (frame.op === 1 && reread.op === 1 && reread.type !== frame.type) throw new Error('its type has changed')
}

export const targets: FuzzTarget[] = [
  {
    name: 'event-stream frame',
    seeds: [
      encodeMessageFrame('#commit', {
        seq: 1,
        repo: 'did:web:a.test',
        blocks: new Uint8Array(40),
        ops: [{ path: 'a/b' }],
      }),
      encodeMessageFrame('#info', { name: 'OutdatedCursor' }),
      encodeErrorFrame('FutureCursor', 'no such event'),
      encodeErrorFrame('ConsumerTooSlow'),
      Uint8Array.from([...encodeCbor({ op: 2 }), ...encodeCbor({})]),
    ],
    tokens: [
      encodeCbor({ op: -1 }),
      encodeCbor({ op: 1, t: '#x' }),
      encodeCbor('op'),
      text.encode('#commit'),
      Uint8Array.from([0xbf]),
      Uint8Array.from([0xff]),
      Uint8Array.from([0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ],
    refusals: [FrameError],
    run: readAndWrite,
  },
]
