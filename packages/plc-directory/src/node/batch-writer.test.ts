import type { FileHandle } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { BatchWriter } from './batch-writer.ts'

/** A file in memory whose calls fail on request. */
class FailingFile {
  bytes = Buffer.alloc(0)
  fail: { write?: Error; datasync?: Error; truncate?: Error } = {}
  syncs = 0
  /** How much of a write arrives before it fails. */
  partial = 0

  async write(buffer: Buffer, offset: number, length: number, position: number) {
    const arriving = this.fail.write ? this.partial : length
    const part = buffer.subarray(offset, offset + arriving)
    this.bytes = Buffer.concat([this.bytes.subarray(0, position), part])
    if (this.fail.write) throw this.fail.write
    return { bytesWritten: part.length, buffer }
  }
  async datasync() {
    if (this.fail.datasync) throw this.fail.datasync
    this.syncs += 1
  }
  async truncate(length: number) {
    if (this.fail.truncate) throw this.fail.truncate
    this.bytes = this.bytes.subarray(0, length)
  }
}

function opened() {
  const file = new FailingFile()
  const durable: number[] = []
  const writer = new BatchWriter<number>(file as unknown as FileHandle, 0, (items) => durable.push(...items))
  return { file, durable, writer }
}

const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })

it('syncs once for those who come together', async () => {
  const { file, writer, durable } = opened()
  await Promise.all([1, 2, 3].map((item) => writer.append(item)))
  expect([file.syncs, file.bytes.toString(), durable]).toEqual([1, '[1,2,3]\n', [1, 2, 3]])
})

it('takes back what was half written, says so, and goes on', async () => {
  const { file, writer, durable } = opened()
  await writer.append(1)
  file.fail.write = full
  file.partial = 2
  await expect(writer.append(2)).rejects.toBe(full)
  expect(file.bytes.toString()).toBe('[1]\n')
  file.fail = {}
  await writer.append(3)
  expect([file.bytes.toString(), durable]).toEqual(['[1]\n[3]\n', [1, 3]])
})

it('refuses everything once it cannot tell what the file holds', async () => {
  const { file, writer, durable } = opened()
  file.fail = { datasync: full }
  await expect(writer.append(1)).rejects.toBe(full)
  file.fail = {}
  await expect(writer.append(2)).rejects.toThrow('cannot be written any more')
  expect(durable).toEqual([])
})

it('is idle when everything is on the disk', async () => {
  const { file, writer } = opened()
  const appending = writer.append(1)
  await writer.idle()
  expect(file.syncs).toBe(1)
  await appending
})
