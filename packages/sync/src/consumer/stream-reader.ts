import { type Decoded, decodeMessage } from '../decode/decode-message.ts'
import type { ErrorMessage, InfoMessage, RepoMessage, UnknownMessage } from '../decode/messages.ts'
import type { Violation } from '../rules.ts'
import type { Ending } from './ending.ts'
import type { FirehoseNotice } from './notices.ts'
import type { Progress } from './progress.ts'

export interface StreamReaderOptions {
  /** What the connection asked for. */
  readonly cursor: number | undefined
  readonly lenient: boolean
  readonly progress: Progress
  /** Gets each message once. `done` is to be called when it has been processed. */
  readonly onMessage: (message: RepoMessage, frame: Uint8Array, done: () => void) => void
  readonly onNotice: (notice: FirehoseNotice) => void
  /** Ends the connection. */
  readonly end: (ending: Ending) => void
}

const textMessage: Violation = { rule: 'frame', reason: 'a text message' }

/**
 * Reads the frames of one connection: what they are, in which order, and whether they have come
 * before.
 */
export class StreamReader {
  readonly #options: StreamReaderOptions
  #last = 0

  constructor(options: StreamReaderOptions) {
    this.#options = options
  }

  read(frame: Uint8Array | undefined): void {
    const decoded: Decoded = frame ? decodeMessage(frame, this.#options) : { ok: false, violation: textMessage }
    if (!decoded.ok) this.#readMalformed(decoded)
    else if ('seq' in decoded.message) this.#readEvent(decoded.message, frame!, decoded.warnings)
    else this.#readNote(decoded.message)
  }

  #readEvent(message: RepoMessage, frame: Uint8Array, warnings: readonly Violation[]): void {
    const { onNotice, onMessage, progress } = this.#options
    const { seq, did } = message
    if (!this.#isNew(seq)) return
    for (const warning of warnings) onNotice({ kind: 'warning', seq, did, ...warning })
    onMessage(message, frame, progress.begin(seq))
  }

  /** What the stream says of itself. What came after this code is passed over. */
  #readNote(note: InfoMessage | ErrorMessage | UnknownMessage): void {
    const { cursor, onNotice, end } = this.#options
    if (note.kind === 'info') onNotice({ kind: 'info', info: note.body, cursor })
    if (note.kind === 'error') {
      const { kind: _, ...error } = note
      end({ kind: 'error-frame', ...error })
    }
  }

  /** A message that will never be processed is done with, so that the cursor moves on. */
  #readMalformed({ violation, seq }: Extract<Decoded, { ok: false }>): void {
    this.#discard(violation, seq)
    if (seq !== undefined && this.#isNew(seq)) this.#options.progress.begin(seq)()
  }

  /** Whether a number rises, as all do on one connection, and did not come on an earlier one. */
  #isNew(seq: number): boolean {
    const { cursor, progress, end } = this.#options
    if (seq <= this.#last) {
      this.#discard({ rule: 'seq', reason: `seq ${seq} after ${this.#last}` }, seq)
      return false
    }
    this.#last = seq
    if (cursor !== undefined && seq < cursor) {
      end({ kind: 'went-back', seq, cursor })
      return false
    }
    return !progress.has(seq)
  }

  #discard(violation: Violation, seq?: number): void {
    const outcome = violation.rule === 'seq' ? 'drop' : 'reject'
    this.#options.onNotice({ kind: 'discarded', outcome, ...violation, ...(seq !== undefined && { seq }) })
  }
}
