/** How a CAR file is read. Whatever passes a limit is refused before memory is spent on it. */
export interface CarOptions {
  /** Whether each block is hashed and compared with its CID. Default true. */
  verify?: boolean
  /** Default: no limit. */
  maxBlocks?: number
  /** Default 2 MiB. */
  maxBlockBytes?: number
  /** Default 64. */
  maxRoots?: number
}

export interface CarLimits {
  readonly verify: boolean
  readonly maxBlocks: number
  readonly maxBlockBytes: number
  readonly maxRoots: number
  readonly maxHeaderBytes: number
}

export function carLimits(options: CarOptions = {}): CarLimits {
  const { verify = true, maxBlocks = Number.MAX_SAFE_INTEGER, maxBlockBytes = 2 * 1024 * 1024, maxRoots = 64 } = options
  return { verify, maxBlocks, maxBlockBytes, maxRoots, maxHeaderBytes: 64 + maxRoots * 41 }
}
