/** The bridge to the wider IPLD world: the only file here that knows the multiformats library. */
import { CID } from 'multiformats/cid'
import { type Cid, decodeCid } from './cid/cid.ts'

/** The same CID as an object of the multiformats library. */
export function toMultiformats(cid: Cid): CID {
  return CID.decode(cid.bytes)
}

/** Takes over a CID of the multiformats library; kinds that this network does not use throw. */
export function fromMultiformats(cid: CID): Cid {
  return decodeCid(cid.bytes)
}
