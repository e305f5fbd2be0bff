// The few lines of the DNS wire format that a TXT query needs:
// https://www.rfc-editor.org/rfc/rfc1035#section-4
import { DnsMessageError } from '../errors.ts'

const headerBytes = 12
const txt = 16
const internet = 1
const noSuchName = 3

/**
 * A query for the TXT records of a name. Its number is 0, so that caches see equal queries as equal
 * (RFC 8484, section 4.1).
 */
export function encodeTxtQuery(name: string): Uint8Array<ArrayBuffer> {
  const labels = name.replace(/\.$/, '').split('.')
  if (name.length > 254 || labels.some((label) => !/^[\x21-\x7e]{1,63}$/.test(label))) {
    throw new DnsMessageError(`${JSON.stringify(name)} is not a name`)
  }
  const recursionDesired = 1
  const header = [0, 0, recursionDesired, 0, 0, 1, 0, 0, 0, 0, 0, 0]
  const question = labels.flatMap((label) => [label.length, ...new TextEncoder().encode(label)])
  return Uint8Array.of(...header, ...question, 0, 0, txt, 0, internet)
}

/**
 * The TXT records of a response, each with its pieces joined; none when there is no such name. A
 * response is a whole one without an error, or it says nothing.
 * @throws DnsMessageError
 */
export function decodeTxtResponse(bytes: Uint8Array): string[] {
  const message = new Message(bytes)
  const [, flags, questions, answers] = [message.uint16(), message.uint16(), message.uint16(), message.uint16()]
  message.at = headerBytes
  const [isResponse, isTruncated, code] = [flags >> 15 === 1, ((flags >> 9) & 1) === 1, flags & 15]
  if (!isResponse) throw new DnsMessageError('a query where a response should be')
  if (code === noSuchName) return []
  if (code !== 0) throw new DnsMessageError(`the resolver failed with code ${code}`)
  if (isTruncated) throw new DnsMessageError('a response that was cut off')
  for (let count = 0; count < questions; count++) {
    message.skipName()
    message.skip(4)
  }
  // An alias comes with the records of the name that it leads to.
  const records: string[] = []
  for (let count = 0; count < answers; count++) {
    const record = message.record()
    if (record.type === txt && record.kind === internet) records.push(textOf(record.content))
  }
  return records
}

function textOf(content: Uint8Array): string {
  const message = new Message(content)
  const pieces: Uint8Array[] = []
  while (message.at < content.length) pieces.push(message.take(message.uint8()))
  const decoder = new TextDecoder()
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join('') + decoder.decode()
}

/** Reads on from a place, and never past the end. */
class Message {
  at = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  take(length: number): Uint8Array {
    const end = this.at + length
    if (end > this.#bytes.length) throw new DnsMessageError('a message that ends too early')
    const taken = this.#bytes.subarray(this.at, end)
    this.at = end
    return taken
  }

  skip(length: number): void {
    this.take(length)
  }

  uint8(): number {
    return this.take(1)[0]!
  }

  uint16(): number {
    return this.uint8() * 256 + this.uint8()
  }

  /** A name ends with an empty label, or with a pointer to a name before it. */
  skipName(): void {
    let length = this.uint8()
    while (length > 0 && length < 0x40) {
      this.skip(length)
      length = this.uint8()
    }
    if (length >= 0xc0) this.skip(1)
    else if (length > 0) throw new DnsMessageError('a label of a form that is not in use')
  }

  record(): { type: number; kind: number; content: Uint8Array } {
    this.skipName()
    const [type, kind] = [this.uint16(), this.uint16()]
    const timeToLiveBytes = 4
    this.skip(timeToLiveBytes)
    return { type, kind, content: this.take(this.uint16()) }
  }
}
