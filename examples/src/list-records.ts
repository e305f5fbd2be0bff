// Lists the records of a repository in a CAR file, as returned by com.atproto.sync.getRepo.
//   npm run example -- list-records repo.car
import { readFile } from 'node:fs/promises'
import { readCar } from '@atoll/car'
import { BlockMap, cborToJson } from '@atoll/data-model'
import { decodeCommit, Mst } from '@atoll/repo'

/** A line for the commit, and one for each record in the order of their paths. */
export function* listRecords(car: Uint8Array): Iterable<string> {
  const { roots, blocks } = readCar(car) // every block is checked against its CID
  const found = new BlockMap(blocks)
  const bytesOf = (cid: (typeof roots)[0]) => {
    const bytes = found.get(cid)
    if (!bytes) throw new Error(`the file lacks ${cid}`)
    return bytes
  }
  const { did, rev, data } = decodeCommit(bytesOf(roots[0]!))
  yield `${did} at ${rev}`
  for (const { key, cid } of Mst.load(data, bytesOf, { trusted: true }).entries()) {
    yield `${key} ${cborToJson(bytesOf(cid))}`
  }
}

if (import.meta.main) {
  const [file] = process.argv.slice(2)
  if (!file) throw new Error('which file?')
  for (const line of listRecords(await readFile(file))) console.log(line)
}
