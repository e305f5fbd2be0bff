import { createHash } from 'node:crypto'
import { benchmark } from '@atoll/testkit'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { asciiSha256, sha256 } from './index.ts'
import { portableSha256 } from './portable.ts'

const bytes = new Uint8Array(400).fill(7)
const long = new Uint8Array(100_000).fill(7)
const key = 'app.bsky.feed.post/3juj4q2pdjc2v'
const longKey = key.padEnd(200, 'x')

await benchmark(
  '400 bytes, portable',
  { atoll: () => portableSha256(bytes), '@noble/hashes': () => nobleSha256(bytes) },
  { floor: 1 },
)
await benchmark(
  '100,000 bytes, portable',
  { atoll: () => portableSha256(long), '@noble/hashes': () => nobleSha256(long) },
  { floor: 0.9 },
)
await benchmark(
  '400 bytes, Node',
  { atoll: () => sha256(bytes), createHash: () => createHash('sha256').update(bytes).digest() },
  { floor: 1 },
)
await benchmark(
  'a key of a repository, Node',
  { atoll: () => asciiSha256(key), createHash: () => createHash('sha256').update(key).digest() },
  { floor: 1 },
)
await benchmark(
  'a long key of a repository, Node',
  { atoll: () => asciiSha256(longKey), createHash: () => createHash('sha256').update(longKey).digest() },
  { floor: 1 },
)
