/** How many taken frames leave a gap before the rest moves up. */
const maxTaken = 1024

/** Frames in order, and their total size. Taking one does not move the others. */
export class FrameQueue {
  #frames: Uint8Array[] = []
  #taken = 0
  #bytes = 0

  get length(): number {
    return this.#frames.length - this.#taken
  }

  get bytes(): number {
    return this.#bytes
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame)
    this.#bytes += frame.length
  }

  take(): Uint8Array | undefined {
    const frame = this.#frames[this.#taken]
    if (frame === undefined) return undefined
    this.#taken++
    this.#bytes -= frame.length
    if (this.#taken === this.#frames.length) this.clear()
    else if (this.#taken === maxTaken) this.#moveUp()
    return frame
  }

  clear(): void {
    this.#frames = []
    this.#taken = 0
    this.#bytes = 0
  }

  #moveUp(): void {
    this.#frames = this.#frames.slice(this.#taken)
    this.#taken = 0
  }
}
