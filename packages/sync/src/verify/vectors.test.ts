// Whole #commit messages of interop/: good ones, and ones with a single fault.
import { formatDidKey, parseDidKey } from '@atoll/crypto'
import { jsonToValue, parseCid, type ValueMap } from '@atoll/data-model'
import { parseTid } from '@atoll/syntax'
import { vectorSources } from '@atoll/testkit'
import { encodeMessageFrame } from '@atoll/xrpc'
import { describe, expect, it } from 'vitest'
import { decodeMessage } from '../decode/decode-message.ts'
import { verifyCommitEvent } from './verify-commit-event.ts'

interface Slice {
  comment: string
  expect: keyof typeof outcomes
  rule?: string
  signingKey: string
  now: string
  previous: { rev: string; data: string } | null
  message: object
  blocks: string | [base64: string, times: number][]
}

/** A good commit, some of whose records cannot be read. */
interface OddSlice extends Slice {
  unreadable: string[]
}

const outcomes = { accept: 'accept', reject: 'reject', ignore: 'drop', resync: 'desynchronized' }
const [own] = vectorSources()
const slices = own!.json('firehose/commit-slices.json') as Slice[]
const oddSlices = own!.json('firehose/odd-records.json') as OddSlice[]

/** Bytes in base64, or pieces of them and how often each comes. */
function bytesOf(blocks: Slice['blocks']): Uint8Array {
  if (typeof blocks === 'string') return new Uint8Array(Buffer.from(blocks, 'base64'))
  const pieces = blocks.map(([base64, times]) => {
    const piece = Buffer.from(base64, 'base64')
    return Buffer.alloc(piece.length * times, piece)
  })
  return new Uint8Array(Buffer.concat(pieces))
}

async function verdictOn({ signingKey, now, previous, message, blocks }: Slice) {
  const body: ValueMap = { ...(jsonToValue(message) as ValueMap), blocks: bytesOf(blocks) }
  const decoded = decodeMessage(encodeMessageFrame('#commit', body))
  if (!decoded.ok) return { outcome: 'reject', ...decoded.violation }
  if (decoded.message.kind !== 'commit') throw new Error(`a ${decoded.message.kind}`)
  const state = previous ? { rev: parseTid(previous.rev), data: parseCid(previous.data) } : undefined
  const signingKeyOf = () => formatDidKey(parseDidKey(signingKey))
  return verifyCommitEvent(decoded.message, { state }, { signingKeyOf, now: () => Date.parse(now) })
}

describe('whole messages', () => {
  it.each(slices)('$expect: $comment', async (slice) => {
    const { outcome, ...verdict } = await verdictOn(slice)
    expect(outcome).toBe(outcomes[slice.expect])
    expect('rule' in verdict ? verdict.rule : undefined).toBe(slice.rule)
  })

  it('break nearly every rule of #commit', () => {
    const broken = new Set(slices.map(({ rule }) => rule))
    expect(broken.size).toBeGreaterThanOrEqual(19)
  })
})

describe('odd records', () => {
  it.each(oddSlices)('do not spoil the commit: $comment', async (slice) => {
    const unreadable = slice.unreadable.map((path) => ({ path }))
    expect(await verdictOn(slice)).toMatchObject({ outcome: 'accept', unreadable })
  })
})
