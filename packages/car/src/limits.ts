/** How a CAR file is read. Whatever exceeds a limit is refused before memory is spent on it. */
export interface CarOptions {
  /** Whether each block is hashed and compared with its CID. Default true. */
  verify?: boolean
  /** Default: no limit. */
  maxBlocks?: number
  /** The length of the longest block, without its CID. Default 2 MiB. */
  maxBlockBytes?: number
  /**
   * Default 1, as the format demands. `com.atproto.sync.getBlocks` returns files without roots:
   * use 0.
   */
  minRoots?: number
  /** Also bounds the length of the header. Default 16. */
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
