// Every bound of this package. Those of the network are specified in
// https://atproto.com/specs/repository and
// https://atproto.com/specs/sync.

/** A path, which is collection and record key together, in bytes. */
export const maxPathLength = 1024

/**
 * Leading zero bits of a path's SHA-256, in pairs. An honest tree of a billion records has about 15
 * layers; one year's work of all the miners in the world would find a path of layer 47.
 */
export const maxLayer = 48

/** Entries in one node. An honest node has 3 on average and more than 200 once in 10^25 nodes. */
export const maxNodeEntries = 1024

/** A record, in bytes of DAG-CBOR. */
export const maxRecordBytes = 1_000_000

/** Records that one commit may change. */
export const maxWrites = 200

/** All blocks of one `#commit`, as a CAR file. */
export const maxCommitBytes = 2_000_000

/** How far a rev may lie in the future, in milliseconds: clocks differ. */
export const maxFutureMs = 5 * 60 * 1000

/** A signed commit, in bytes of DAG-CBOR: five times what the longest DID can make it. */
export const maxCommitBlockBytes = 4096

/** Bounds of an import, which keep its memory below 350 MB whatever the input. */
export interface ImportLimits {
  /** Blocks in all. */
  readonly maxBlocks: number
  /**
   * Blocks that were referred to and have not come, or came early. About 160 bytes of memory each.
   */
  readonly maxAwaited: number
  /**
   * Bytes of the paths that wait for their records. A node of 60 kB can name a thousand paths of
   * 1,000 bytes.
   */
  readonly maxPathBytes: number
  /** Bytes of blocks that came early. An `outOfOrder` that the caller passes has its own bound. */
  readonly maxEarlyBytes: number
  /** Bytes of emitted records that are kept in case another path holds the same one. */
  readonly maxRecentBytes: number
}

/**
 * What a path takes in memory beside its bytes: the header of a string, and its place in a list.
 */
export const pathOverhead = 24

/**
 * Bytes that the decoded paths of a file may take, beyond four times the length of the file. A node
 * omits what a path has in common with the one before, so a file of a few megabytes can expand to
 * hundreds of megabytes of paths. In honest files, which hold the records as well, paths take a
 * third of the length.
 */
export const maxExtraPathBytes = 16 * 1024 * 1024

export const importLimits: ImportLimits = {
  maxBlocks: 10_000_000,
  maxAwaited: 1_200_000,
  maxPathBytes: 80 * 1024 * 1024,
  maxEarlyBytes: 64 * 1024 * 1024,
  maxRecentBytes: 8 * 1024 * 1024,
}
