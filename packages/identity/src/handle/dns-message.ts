// The few lines of the DNS wire format that a TXT query needs:
// https://www.rfc-editor.org/rfc/rfc1035#section-4
import { DnsMessageError } from '../errors.ts'

const headerBytes = 12
const cname = 5
const txt = 16
const internet = 1
const noSuchName = 3
/** RFC 1035, section 2.3.4. */
const maxNameBytes = 255
/** One for each label of the longest name. */
const maxPointers = 127

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
 * The TXT records of a name in a response, or of what it is an alias of, each with its pieces
 * joined; none when there is no such name. Records of other owners say nothing about it. A response
 * is a whole one without an error, or it says nothing.
 * @throws DnsMessageError
 */
export function decodeTxtResponse(bytes: Uint8Array, name: string): string[] {
  const message = new Message(bytes)
  const [, flags, questions, answers] = [message.uint16(), message.uint16(), message.uint16(), message.uint16()]
  message.at = headerBytes
  const [isResponse, isTruncated, code] = [flags >> 15 === 1, ((flags >> 9) & 1) === 1, flags & 15]
  if (!isResponse) throw new DnsMessageError('a query where a response should be')
  if (code === noSuchName) return []
  if (code !== 0) throw new DnsMessageError(`the resolver failed with code ${code}`)
  if (isTruncated) throw new DnsMessageError('a response that was cut off')
  for (let count = 0; count < questions; count++) {
    message.name()
    message.skip(4)
  }
  const records = Array.from({ length: answers }, () => message.record())
  const owners = ownersOf(name, records)
  return records
    .filter(({ type, kind, owner }) => type === txt && kind === internet && owners.has(owner))
    .map(({ content }) => textOf(content))
}

/** A name and those that it is an alias of: a resolver returns the records of the last. */
function ownersOf(name: string, records: readonly DnsRecord[]): Set<string> {
  const targets = new Map(records.flatMap(({ owner, target }) => (target === undefined ? [] : [[owner, target]])))
  const owners = new Set<string>()
  let owner: string | undefined = name.toLowerCase().replace(/\.$/, '')
  for (; owner !== undefined && !owners.has(owner); owner = targets.get(owner)) owners.add(owner)
  return owners
}

function textOf(content: Uint8Array): string {
  const message = new Message(content)
  const pieces: Uint8Array[] = []
  while (message.at < content.length) pieces.push(message.take(message.uint8()))
  const decoder = new TextDecoder()
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join('') + decoder.decode()
}

interface DnsRecord {
  readonly owner: string
  readonly type: number
  readonly kind: number
  readonly content: Uint8Array
  /** What an alias leads to. */
  readonly target: string | undefined
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

  /**
   * Reads a name, in lower case. It ends with an empty label, or goes on with a name that stands
   * before it.
   */
  name(): string {
    const labels: string[] = []
    let [end, pointers, size] = [0, 0, 1]
    for (let length = this.uint8(); length > 0; length = this.uint8()) {
      if (length >= 0xc0) {
        const at = (length & 0x3f) * 256 + this.uint8()
        if (++pointers > maxPointers) throw new DnsMessageError('a name that goes round in a circle')
        end ||= this.at
        this.at = at
      } else if (length < 0x40) {
        size += 1 + length
        if (size > maxNameBytes) throw new DnsMessageError('a name that is too long')
        labels.push(labelOf(this.take(length)))
      } else throw new DnsMessageError('a label of a form that is not in use')
    }
    if (pointers > 0) this.at = end
    return labels.join('.')
  }

  record(): DnsRecord {
    const owner = this.name()
    const [type, kind] = [this.uint16(), this.uint16()]
    const timeToLiveBytes = 4
    this.skip(timeToLiveBytes)
    const length = this.uint16()
    const start = this.at
    const content = this.take(length)
    if (type !== cname) return { owner, type, kind, content, target: undefined }
    this.at = start
    const target = this.name()
    this.at = start + length
    return { owner, type, kind, content, target }
  }
}

function labelOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
    .toLowerCase()
    .replaceAll('.', '\\.')
}
