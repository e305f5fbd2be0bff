import { hasInstance } from '@atoll/brand'
import { isSha256, writeSha256 } from '@atoll/sha256'
import { InvalidCidError } from '../errors.ts'
import { latin1Text } from '../text.ts'
import { formatBase32, parseBase32 } from './base32.ts'
import { cidBrand } from './cid-brand.ts'

/** The two kinds of content this network links to: nodes and records, or blobs. */
export type Codec = 'dag-cbor' | 'raw'

const VERSION = 1
const RAW = 0x55
const DAG_CBOR = 0x71
const SHA_256 = 0x12
/** Every CID of this network has this many bytes: version, codec, hash, length, digest. */
export const CID_LENGTH = 36
const HEADER_LENGTH = 4
const DIGEST_LENGTH = 32
const TEXT_LENGTH = 59

/**
 * A content identifier: CIDv1, dag-cbor or raw, sha-256. An interface, so that the types of two
 * copies of this package are one: whatever `isCid` takes can be read by these members.
 * @see https://atproto.com/specs/data-model#link-and-cid-formats
 */
export interface Cid {
  /** All 36 bytes. They must not change. */
  readonly bytes: Uint8Array
  readonly codec: Codec
  /** The 32 bytes of the sha-256 digest, as a view. */
  readonly digest: Uint8Array
  /** A string of one char a byte: the cheapest key for a Map. Not for people or for the wire. */
  readonly key: string
  equals(other: Cid): boolean
  /** The base32 form, `bafyrei…` or `bafkrei…`. */
  toString(): string
  toJSON(): { $link: string }
}

/** The class of CIDs. `instanceof` it also holds for those of another copy of this package. */
export interface CidClass {
  readonly prototype: Cid
  readonly brand: string
  /** Keeps the bytes given, which must not change afterwards. @throws InvalidCidError */
  new (bytes: Uint8Array): Cid
}

export const Cid: CidClass = /* @__PURE__ */ cidClass()

/** Called, not written above: so that a bundle which makes no CID is without the class. */
function cidClass(): CidClass {
  return class Cid {
    static readonly brand: string = cidBrand
    static readonly [Symbol.hasInstance] = hasInstance
    readonly bytes: Uint8Array
    #text: string | undefined
    #key: string | undefined

    constructor(bytes: Uint8Array) {
      const fault = cidFault(bytes, 0, bytes.length)
      if (fault !== undefined) throw new InvalidCidError(fault, Array.from(bytes.subarray(0, CID_LENGTH)).join(' '))
      this.bytes = bytes
    }

    get codec(): Codec {
      return this.bytes[1] === RAW ? 'raw' : 'dag-cbor'
    }

    get digest(): Uint8Array {
      return this.bytes.subarray(HEADER_LENGTH)
    }

    get key(): string {
      return (this.#key ??= latin1Text(this.bytes, 0, CID_LENGTH))
    }

    equals(other: { readonly bytes: Uint8Array }): boolean {
      const ours = this.bytes
      const theirs = other.bytes
      if (ours === theirs) return true
      // From the end: the beginnings are all alike.
      for (let index = CID_LENGTH - 1; index > 0; index--) if (ours[index] !== theirs[index]) return false
      return true
    }

    toString(): string {
      return (this.#text ??= `b${formatBase32(this.bytes)}`)
    }

    toJSON(): { $link: string } {
      return { $link: this.toString() }
    }

    [Symbol.for('nodejs.util.inspect.custom')](): string {
      return `Cid(${this})`
    }
  }
}

/** `Cid` with the ordinary `instanceof`, which engines inline. */
const OwnCid = /* @__PURE__ */ sameInstances(Cid)

function sameInstances(type: { readonly prototype: object }): () => void {
  function Same(): void {}
  Same.prototype = type.prototype
  return Same
}

/** Why the `length` bytes at `at` are no CID of this network; `undefined` when they are one. */
export function cidFault(bytes: Uint8Array, at: number, length: number): string | undefined {
  if (length === CID_LENGTH && bytes[at] === VERSION && bytes[at + 2] === SHA_256 && bytes[at + 3] === DIGEST_LENGTH) {
    const codec = bytes[at + 1]
    return codec === DAG_CBOR || codec === RAW ? undefined : 'the codec is neither dag-cbor nor raw'
  }
  if (bytes[at] === SHA_256) return 'version 0'
  if (bytes[at] !== VERSION) return 'not version 1'
  return length === CID_LENGTH ? 'the digest is not a sha-256' : `${length} bytes instead of ${CID_LENGTH}`
}

/** Whether this copy of the package made it. */
export function isOwnCid(value: unknown): value is Cid {
  return value instanceof OwnCid
}

/** Reads the base32 form. Upper case, other bases and other kinds of CID are refused. */
export function parseCid(text: string): Cid {
  const bytes = text.length === TEXT_LENGTH && text.charCodeAt(0) === 98 ? parseBase32(text, 1) : undefined
  if (bytes === undefined) throw new InvalidCidError('not the base32 form', text.slice(0, 100))
  return new Cid(bytes)
}

/** Reads the 36 bytes, without a multibase prefix. The CID views them. */
export function decodeCid(bytes: Uint8Array): Cid {
  return new Cid(bytes)
}

/** The CID of a DAG-CBOR block. */
export function cidOfCbor(bytes: Uint8Array): Cid {
  return cidOf(DAG_CBOR, bytes)
}

/** The CID of a blob. */
export function cidOfRaw(bytes: Uint8Array): Cid {
  return cidOf(RAW, bytes)
}

/** The CID of content whose sha-256 digest is known already, as after hashing a stream. */
export function cidOfDigest(codec: Codec, digest: Uint8Array): Cid {
  const bytes = new Uint8Array(CID_LENGTH)
  bytes[0] = VERSION
  bytes[1] = codec === 'raw' ? RAW : DAG_CBOR
  bytes[2] = SHA_256
  bytes[3] = digest.length
  bytes.set(digest.subarray(0, DIGEST_LENGTH), HEADER_LENGTH)
  return new Cid(bytes)
}

function cidOf(codec: number, content: Uint8Array): Cid {
  const bytes = new Uint8Array(CID_LENGTH)
  bytes[0] = VERSION
  bytes[1] = codec
  bytes[2] = SHA_256
  bytes[3] = DIGEST_LENGTH
  writeSha256(bytes, HEADER_LENGTH, content)
  return new Cid(bytes)
}

/** Whether `bytes` are the content that `cid` names. */
export function verifyCid(cid: Cid, bytes: Uint8Array): boolean {
  return isSha256(cid.bytes, HEADER_LENGTH, bytes)
}
