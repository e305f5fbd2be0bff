/**
 * Reads the DAG-CBOR that servers send. It shares no code with Atoll, so that a bug in Atoll's
 * codec cannot hide itself, and it accepts well-formed CBOR that is not canonical.
 */
export type Cbor = null | boolean | number | string | Buffer | Cbor[] | { [key: string]: Cbor }

export class CborReader {
  readonly bytes: Buffer
  offset: number

  constructor(bytes: Buffer, offset = 0) {
    this.bytes = bytes
    this.offset = offset
  }

  read(): Cbor {
    const first = this.bytes[this.offset++]!
    const info = first & 31
    const major = first >> 5
    if (major === 7) return this.#simple(info)
    const argument = this.#argument(info)
    if (major === 0) return argument
    if (major === 1) return -1 - argument
    if (major === 2) return this.bytes.subarray(this.offset, (this.offset += argument))
    if (major === 3) return this.bytes.toString('utf8', this.offset, (this.offset += argument))
    if (major === 4) return Array.from({ length: argument }, () => this.read())
    if (major === 5) return this.#map(argument)
    return this.read() // a tag: in DAG-CBOR only 42; its bytes are the CID
  }

  skip(): void {
    const first = this.bytes[this.offset++]!
    const info = first & 31
    const major = first >> 5
    if (major === 7) return void (this.offset += info === 27 ? 8 : 0)
    const argument = this.#argument(info)
    if (major === 2 || major === 3) this.offset += argument
    const items = major === 4 ? argument : major === 5 ? 2 * argument : major === 6 ? 1 : 0
    for (let i = 0; i < items; i++) this.skip()
  }

  /** The number of entries of the map that begins here. */
  enterMap(): number {
    const first = this.bytes[this.offset++]!
    if (first >> 5 !== 5) throw new Error('CBOR: a map was expected')
    return this.#argument(first & 31)
  }

  #map(length: number): { [key: string]: Cbor } {
    const map: { [key: string]: Cbor } = {}
    for (let i = 0; i < length; i++) {
      const key = this.read()
      if (typeof key !== 'string') throw new Error('CBOR: a key must be text')
      map[key] = this.read()
    }
    return map
  }

  #simple(info: number): Cbor {
    if (info === 20) return false
    if (info === 21) return true
    if (info === 22) return null
    if (info === 27) return this.bytes.readDoubleBE((this.offset += 8) - 8)
    throw new Error(`CBOR: simple value ${info}`)
  }

  #argument(info: number): number {
    if (info < 24) return info
    if (info === 24) return this.bytes[this.offset++]!
    if (info === 25) return this.bytes.readUInt16BE((this.offset += 2) - 2)
    if (info === 26) return this.bytes.readUInt32BE((this.offset += 4) - 4)
    if (info === 27) return Number(this.bytes.readBigUInt64BE((this.offset += 8) - 8))
    throw new Error('CBOR: a length was expected')
  }
}
