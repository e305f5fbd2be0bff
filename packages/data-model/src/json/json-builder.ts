import type { Limits } from '../value.ts'
import { copyCbor } from './cbor-to-json.ts'
import { JsonText } from './json-text.ts'

/**
 * A JSON text made of stored blocks, as UTF-8: for responses that hold many of them.
 *
 * @example
 * new JsonBuilder().ascii('{"value":').block(bytes).ascii('}').finish()
 */
export class JsonBuilder {
  private readonly text: JsonText

  /** `expectedBytes` is a guess at how long the text becomes. */
  constructor(expectedBytes = 0) {
    this.text = new JsonText(expectedBytes)
  }

  /** Appends what is JSON already, and nothing but ASCII. */
  ascii(json: string): this {
    this.text.writeAscii(json)
    return this
  }

  /** Appends what is JSON already, in UTF-8. */
  json(bytes: Uint8Array): this {
    this.text.writeBytes(bytes)
    return this
  }

  /**
   * Appends the base32 form of a CID, without quotes. `bytes` are those of the CID, or of a
   * section, which begins with them.
   */
  cid(bytes: Uint8Array): this {
    this.text.writeCid(bytes, 0)
    return this
  }

  /**
   * Appends the JSON of a DAG-CBOR block, as `cborToJson` has it. Nothing of it stays when it is
   * refused.
   * @throws {CborError | DataModelError}
   */
  block(bytes: Uint8Array, limits?: Limits): this {
    const { text } = this
    const before = text.length
    try {
      copyCbor(bytes, limits, text)
    } catch (error) {
      text.cutTo(before)
      throw error
    }
    return this
  }

  /** How long the text is so far. */
  get length(): number {
    return this.text.length
  }

  /** Takes back what was appended since the text was that long. */
  cutTo(length: number): this {
    this.text.cutTo(length)
    return this
  }

  /** The bytes of the text. The builder is of no use afterwards. */
  finish(): Uint8Array {
    return this.text.finishView()
  }

  /**
   * Frees the memory of a long text that nobody will read again: what `finish` returned is empty
   * afterwards.
   */
  free(): void {
    this.text.free()
  }
}
