// What the main entry does in any runtime: `npm run runtimes` compares it with `expected` in each.
import { blockOf, cborToJson, decodeCbor, encodeCbor, parseJson, stringifyJson, verifyCid } from '@atoll/data-model'
import { fromMultiformats, toMultiformats } from '@atoll/data-model/multiformats'

const json =
  '{"$type":"app.bsky.feed.post","text":"Ahoy ⛵","bytes":{"$bytes":"AAEC"},"of":{"$link":"bafyreihnqq4pj5b6cl7sjq4baby2wtco4xg72umxaxc7szqnqbumx2mfdi"}}'

export function scenario() {
  const { cid, bytes } = blockOf(parseJson(json))
  return {
    cid: cid.toString(),
    length: bytes.length,
    verified: verifyCid(cid, bytes) && !verifyCid(cid, bytes.with(9, 0)),
    canonical: encodeCbor(decodeCbor(bytes)).every((byte, index) => byte === bytes[index]),
    json: cborToJson(bytes) === stringifyJson(decodeCbor(bytes)),
    multiformats: fromMultiformats(toMultiformats(cid)).equals(cid),
    refused: refusal(() => decodeCbor(Uint8Array.of(0xbf, 0xff))),
  }
}

function refusal(work: () => unknown): string {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return (error as Error).name
  }
}

export const expected = {
  cid: 'bafyreidyynoe7ehsq35zyydj4awg6c3yu6jg5ekx4gh7p6yihxc3hsxe5u',
  length: 94,
  verified: true,
  canonical: true,
  json: true,
  multiformats: true,
  refused: 'CborError',
}
