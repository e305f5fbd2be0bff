/** Every bound of this package, in one place. Those of the network are in https://atproto.com/specs/repository and /sync. */

/** A path, collection and record key together, in bytes. */
export const maxPathLength = 1024

/**
 * Leading zero bits of a path's SHA-256, in pairs. An honest tree of a thousand million records has about 15 layers; the
 * work that all miners of the world do in a year would find a path of layer 47.
 */
export const maxLayer = 48

/** Entries in one node. An honest node has 3 on average and more than 200 once in 10^25 nodes. */
export const maxNodeEntries = 1024

/** A record, in bytes of DAG-CBOR. */
export const maxRecordBytes = 1_000_000

/** Records that one commit changes. */
export const maxWrites = 200

/** All blocks of one `#commit`, as a CAR file. */
export const maxCommitBytes = 2_000_000

/** How far a rev may lie in the future, for clocks that differ. */
export const maxFutureMs = 5 * 60 * 1000

/** A signed commit, in bytes of DAG-CBOR: five times what the longest DID can make it. */
export const maxCommitBlockBytes = 4096

/** Bounds of an import, which keep its memory below 350 MB whatever the input. */
export interface ImportLimits {
  /** Blocks in all. */
  readonly maxBlocks: number
  /** Blocks that are expected or came early. About 160 bytes each. */
  readonly maxAwaited: number
  /** Bytes of the paths that wait for their records. A node of 60 kB can name a thousand paths of 1,000 bytes. */
  readonly maxPathBytes: number
  /** Bytes of blocks that came early. An `outOfOrder` of the caller's has its own bound. */
  readonly maxEarlyBytes: number
  /** Bytes of emitted records that are kept in case another path holds the same one. */
  readonly maxRecentBytes: number
}

/** What a path takes beside its bytes: the head of a text, and its place in a list. */
export const pathOverhead = 24

/**
 * Bytes of paths that the nodes of a file may make, beyond four times the length of the file. Nodes leave out what a path has in common
 * with the one before, so that a file of some megabytes can hold hundreds of megabytes of paths. In honest files, which hold the records
 * as well, paths take a third of the length.
 */
export const maxExtraPathBytes = 16 * 1024 * 1024

export const importLimits: ImportLimits = {
  maxBlocks: 10_000_000,
  maxAwaited: 1_200_000,
  maxPathBytes: 80 * 1024 * 1024,
  maxEarlyBytes: 64 * 1024 * 1024,
  maxRecentBytes: 8 * 1024 * 1024,
}
