import type { Decision } from '../verdicts.ts'

const reference = ['@atproto/repo', '@atproto/repo with @atcute/mst']

/** Every difference between the judges of commits, by its cause. */
export const decisions: Decision[] = [
  {
    file: 'firehose/commit-slices.json',
    judges: reference,
    covers: (comment) => comment === 'a second root',
    why: 'Files with more than one root are refused. The first root is the commit, and others may be present.',
    specification: 'https://atproto.com/specs/repository#car-file-serialization',
  },
  {
    file: 'firehose/commit-slices.json',
    judges: reference,
    covers: (comment) => ['a rev that is no TID', 'a did that is no DID'].includes(comment),
    why: 'Any text is taken for the rev and the did of a commit.',
    specification: 'https://atproto.com/specs/repository#commit-objects',
  },
]
