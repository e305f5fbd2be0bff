import { readCar, writeCar } from '@atoll/car'
import { BlockMap, cidOfCbor } from '@atoll/data-model'
import { oddRecords } from '@atoll/testkit'
import { describe, expect, it } from 'vitest'
import { Account, post, put, remove } from '../../test/account.ts'
import { received } from '../../test/frames.ts'
import { collectionFilter } from './collection-filter.ts'
import { operationsOf } from './record-operation.ts'

const account = new Account('alice', [put('create', post(1)), put('create', post(2))])
const before = new Map([1, 2].map((count) => [count, account.commit.ops[count - 1]!.cid]))
account.write(put('update', post(1), { text: 'changed' }), remove(post(2)), put('create', 'com.example.note/a'))
const message = received('commit', account.event())
const [updated, , created] = account.commit.ops

describe('operationsOf', () => {
  it('returns each operation with its place, and the record beside its CID', () => {
    const operations = operationsOf(message)
    expect(operations).toMatchObject([
      { action: 'update', path: post(1), collection: 'app.bsky.feed.post', cid: updated!.cid, prev: before.get(1) },
      { action: 'delete', path: post(2), collection: 'app.bsky.feed.post', prev: before.get(2) },
      { action: 'create', path: 'com.example.note/a', collection: 'com.example.note', rkey: 'a', cid: created!.cid },
    ])
    const values = operations.map((operation) => operation.action !== 'delete' && [operation.value, operation.fault])
    expect(values).toEqual([
      [{ $type: 'app.bsky.feed.post', text: 'changed' }, undefined],
      false,
      [{ $type: 'com.example.note', text: 'com.example.note/a' }, undefined],
    ])
  })

  it('returns those in wanted collections', () => {
    const operations = operationsOf(message, undefined, collectionFilter(['com.example.*']))
    expect(operations.map(({ path }) => path)).toEqual(['com.example.note/a'])
  })

  it('reads nothing before a record is asked for', () => {
    const body = { ...message.body, blocks: new Uint8Array(3) }
    const operations = operationsOf({ ...message, body })
    expect(operations).toHaveLength(3)
    expect(operations[0]).toMatchObject({ value: undefined, bytes: undefined, fault: { reason: 'missing' } })
  })

  it('decodes a record once', () => {
    const [operation] = operationsOf(message)
    if (operation?.action !== 'update') throw new Error('not an update')
    expect(operation.value).toBe(operation.value)
  })

  it('takes the blocks of a verdict instead of reading the file again', () => {
    const blocks = new BlockMap(readCar(message.body.blocks).blocks)
    const [operation] = operationsOf({ ...message, body: { ...message.body, blocks: new Uint8Array() } }, blocks)
    expect(operation).toMatchObject({ value: { text: 'changed' } })
  })

  it('says that a block is not in the message', () => {
    const { roots, blocks } = readCar(message.body.blocks)
    const without = writeCar(
      roots,
      blocks.filter(({ cid }) => !cid.equals(created!.cid!)),
    )
    const operation = operationsOf({ ...message, body: { ...message.body, blocks: without } }).at(-1)
    expect(operation).toMatchObject({
      value: undefined,
      fault: { reason: 'missing', message: `the block ${created!.cid} is not in the message` },
    })
  })

  it('says why a record cannot be read, and reads the others', () => {
    const { bytes, reason } = oddRecords[0]!
    const odd = { cid: cidOfCbor(bytes), bytes }
    const { roots, blocks } = readCar(message.body.blocks)
    const ops = message.body.ops.map((op, at) => (at === 0 ? { ...op, cid: odd.cid } : op))
    const body = { ...message.body, ops, blocks: writeCar(roots, [...blocks, odd]) }
    expect(operationsOf({ ...message, body })).toMatchObject([
      { value: undefined, fault: { reason }, bytes },
      { action: 'delete' },
      { value: { $type: 'com.example.note' }, fault: undefined },
    ])
  })

  it('leaves out what is no operation on a record', () => {
    const [op] = message.body.ops
    const ops = [{ ...op!, path: 'nowhere' }, { ...op!, action: 'move' }, { ...op!, cid: null }, op!]
    expect(operationsOf({ ...message, body: { ...message.body, ops } })).toHaveLength(1)
  })
})
