/** How a CAR file is read. Whatever passes a limit is refused before memory is spent on it. */
export interface CarOptions {
  /** Whether each block is hashed and compared with its CID. Default true. */
  verify?: boolean
  /** Default: as many as there are. */
  maxBlocks?: number
  /** The longest block, without its CID. Default 2 MiB. */
  maxBlockBytes?: number
  /** Default 1, as the format demands; 0 for the answers of `com.atproto.sync.getBlocks`, which have none. */
  minRoots?: number
  /** Default 16. It bounds the length of the header too. */
  maxRoots?: number
}

export interface CarLimits extends Required<CarOptions> {
  readonly maxHeaderBytes: number
}

/** A root is a tag, a length, a zero byte and 36 bytes; the rest of a header is under 32 bytes. */
const ROOT_BYTES = 41
const HEADER_BYTES = 32

export function carLimits(options: CarOptions = {}): CarLimits {
  const { verify = true, maxBlocks = Number.MAX_SAFE_INTEGER, maxBlockBytes = 2 * 1024 * 1024 } = options
  const { minRoots = 1, maxRoots = 16 } = options
  return { verify, maxBlocks, maxBlockBytes, minRoots, maxRoots, maxHeaderBytes: HEADER_BYTES + maxRoots * ROOT_BYTES }
}
