import { describeErrorFrame, readFrameHead, recordsOfCommit } from '../checks/firehose-frame.ts'
import { ReceivingSocket } from './web-socket.ts'

/** A clock that all processes of the machine share, in milliseconds. */
export const sharedClock = () => Number(process.hrtime.bigint()) / 1e6

export interface SeenEvent {
  seq: number
  /** AT-URIs of the records that it touches. */
  records: readonly string[]
}

/** One subscriber, with a log of what it received and when. */
export class Subscriber {
  readonly #socket: ReceivingSocket
  readonly #decodes: boolean
  readonly seqs: number[] = []
  readonly times: number[] = []
  /** Only for a subscriber that decodes. */
  readonly events: SeenEvent[] = []
  readonly faults: string[] = []
  bytes = 0
  /** Called for every frame, while its bytes are valid. */
  onFrame: ((frame: Buffer) => void) | undefined

  constructor(url: string, cursor: number | undefined, decodes: boolean) {
    const parameters = cursor === undefined ? '' : `?cursor=${cursor}`
    const address = `${url}/xrpc/com.atproto.sync.subscribeRepos${parameters}`
    this.#decodes = decodes
    this.#socket = new ReceivingSocket(address, (frame) => this.#note(frame))
  }

  get opened(): Promise<void> {
    return this.#socket.opened
  }

  get ended(): string | undefined {
    return this.#socket.ended
  }

  close(): void {
    this.#socket.close()
  }

  #note(frame: Buffer): void {
    this.bytes += frame.length
    try {
      const { isError, type, seq } = readFrameHead(frame)
      if (isError) this.faults.push(describeErrorFrame(frame))
      if (seq === undefined) return
      if (seq <= (this.seqs.at(-1) ?? -1)) this.faults.push(`number ${seq} came after ${this.seqs.at(-1)}`)
      this.seqs.push(seq)
      this.times.push(sharedClock())
      if (this.#decodes && type === '#commit') this.events.push({ seq, records: recordsOfCommit(frame) })
      this.onFrame?.(frame)
    } catch (error) {
      this.faults.push(`a frame that cannot be read: ${error}`)
    }
  }
}
