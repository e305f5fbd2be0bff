import { blockOf, encodeCbor } from '@atoll/data-model'
import { type Did, formatTid, isDid } from '@atoll/syntax'
import { expect, it } from 'vitest'
import { encodeUnsignedCommit } from './unsigned-commit.ts'

it('has the bytes of the general codec, for DIDs of every length and with and without a link to what was before', () => {
  const { cid } = blockOf('the one')
  for (let length = 1; length < 2040; length++) {
    const did = `did:web:${'x'.repeat(length)}` as Did // looked at in the next line
    expect(isDid(did)).toBe(true)
    const rev = formatTid(1_700_000_000_000_000 + length, length & 1023)
    for (const prev of [null, cid]) {
      const commit = { did, version: 3 as const, rev, data: blockOf(length).cid, prev }
      expect(Buffer.compare(encodeUnsignedCommit(commit), encodeCbor(commit))).toBe(0)
    }
  }
})
