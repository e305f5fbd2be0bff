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

/** A signed commit, in bytes of DAG-CBOR: five times what the longest DID can make it. */
export const maxCommitBlockBytes = 4096
