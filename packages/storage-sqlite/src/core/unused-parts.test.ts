import { expect, it } from 'vitest'
import { unusedParts } from './unused-parts.ts'

const usableBytes = 512

/** A page of two cells from byte 400 on, with free blocks at 420 and 460. */
function leaf(changes: (page: Buffer) => void = () => {}): Buffer {
  const page = Buffer.alloc(usableBytes)
  page[0] = 13
  page.writeUInt16BE(420, 1)
  page.writeUInt16BE(2, 3)
  page.writeUInt16BE(400, 5)
  page.writeUInt16BE(460, 420)
  page.writeUInt16BE(20, 422)
  page.writeUInt16BE(10, 462)
  changes(page)
  return page
}

it('are those between the list of cells and the cells, and free blocks without their heads', () => {
  expect(unusedParts(leaf(), { isFirst: false, usableBytes })).toEqual([
    { start: 12, end: 400 },
    { start: 424, end: 440 },
    { start: 464, end: 470 },
  ])
})

it.each([
  ['of an overflow page', (page: Buffer) => page.fill(0, 0, 4)],
  ['of a page whose cells begin within their list', (page: Buffer) => page.writeUInt16BE(11, 5)],
  ['of a page whose cells begin beyond its end', (page: Buffer) => page.writeUInt16BE(513, 5)],
])('are none %s', (_, change) => {
  expect(unusedParts(leaf(change), { isFirst: false, usableBytes })).toEqual([])
})

it.each([
  ['leads back', (page: Buffer) => page.writeUInt16BE(420, 460)],
  ['leads out of the page', (page: Buffer) => page.writeUInt16BE(600, 460)],
  ['has an impossible length', (page: Buffer) => page.writeUInt16BE(3, 462)],
])('end with a block that %s', (_, change) => {
  const parts = unusedParts(leaf(change), { isFirst: false, usableBytes })
  expect(parts.at(-1)!.end).toBeLessThanOrEqual(470)
  expect(parts.length).toBeLessThanOrEqual(3)
})
