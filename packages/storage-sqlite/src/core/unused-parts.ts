/** A part of a page: from `start` up to, and not including, `end`. */
export interface PagePart {
  readonly start: number
  readonly end: number
}

const headerBytes = new Map([
  [2, 12], // inner page of an index
  [5, 12], // inner page of a table
  [10, 8], // leaf of an index
  [13, 8], // leaf of a table
])

/**
 * The parts of a page of a b-tree that hold nothing: between the list of cells and the cells, and
 * the blocks that are free among these. SQLite overwrites a cell that is deleted, but when it moves
 * cells to another page it leaves copies behind in these parts. Empty for other pages, and for one
 * whose header is not as it must be. `usableBytes` is the size of a page without what extensions
 * have reserved. https://sqlite.org/fileformat2.html#b_tree_pages
 */
export function unusedParts(
  page: Buffer,
  { isFirst, usableBytes }: { isFirst: boolean; usableBytes: number },
): PagePart[] {
  const start = isFirst ? 100 : 0
  const length = headerBytes.get(page[start]!)
  if (length === undefined) return []
  const endOfList = start + length + 2 * page.readUInt16BE(start + 3)
  const firstCell = page.readUInt16BE(start + 5) || 65_536
  if (firstCell < endOfList || firstCell > usableBytes) return []
  const parts = [{ start: endOfList, end: firstCell }]
  let block = page.readUInt16BE(start + 1)
  for (let least = firstCell; block >= least && block + 4 <= usableBytes; ) {
    const end = block + page.readUInt16BE(block + 2)
    if (end < block + 4 || end > usableBytes) break
    // A block begins with the place of the next one and its own length.
    parts.push({ start: block + 4, end })
    block = page.readUInt16BE(block)
    least = end
  }
  return parts
}
